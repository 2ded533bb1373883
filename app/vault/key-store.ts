import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { GatehouseError } from '../contract/errors.ts';
import { openSealed, sealWith } from './sealing.ts';

/** Where the key of an installation is kept. `wrapped` is what the state database may hold of it. */
export interface KeyStore {
  readonly kind: 'keychain' | 'passphrase' | 'memory';
  /** The key, or `undefined` when the store works and has none. Throws when it cannot tell. */
  load(name: string, wrapped: string | null): Promise<Buffer | undefined>;
  /** Keeps the key and returns what the database must remember. */
  save(name: string, key: Buffer): Promise<string | null>;
  remove(name: string): Promise<void>;
  /** A short text beside the key that an old copy of the home does not bring back; `undefined` where there is no such place. */
  readonly anchor?: {
    read(name: string): Promise<string | undefined>;
    write(name: string, text: string): Promise<void>;
  };
}

/** The calls of keytar that we use, so that tests can stand in for a broken one. */
export interface Keychain {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

const SERVICE = 'Gatehouse';

/**
 * The operating system's keychain. `load` returns `undefined` only when the keychain is known to be open:
 * libsecret answers "nothing there" for a locked one too, so absence is checked by writing a probe.
 */
export function keychainStore(keychain: Keychain, options: { readonly timeoutMs?: number } = {}): KeyStore {
  const { timeoutMs = 10_000 } = options;
  const ask = async <T>(call: Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(reject, timeoutMs, new GatehouseError('GH_KEYCHAIN_SILENT', 'The keychain did not answer.'));
    });
    try {
      return await Promise.race([call, late]);
    } catch (error) {
      throw error instanceof GatehouseError ? error : explain(error);
    } finally {
      clearTimeout(timer);
    }
  };
  const probe = async (): Promise<void> => {
    await ask(keychain.setPassword(SERVICE, 'probe', 'open'));
    await ask(keychain.deletePassword(SERVICE, 'probe'));
  };
  return {
    kind: 'keychain',
    async load(name) {
      const text = await ask(keychain.getPassword(SERVICE, name));
      if (text === null) {
        await probe();
        return undefined;
      }
      const key = Buffer.from(text, 'base64');
      if (key.length !== 32)
        throw new GatehouseError('GH_VAULT_KEY_DAMAGED', 'The key in the keychain is not one of ours.');
      return key;
    },
    async save(name, key) {
      await ask(keychain.setPassword(SERVICE, name, key.toString('base64')));
      const back = await ask(keychain.getPassword(SERVICE, name));
      if (back === null || !timingSafeEqual(Buffer.from(back, 'base64'), key)) {
        throw new GatehouseError('GH_KEYCHAIN_DENIED', 'The keychain did not keep the key it was given.');
      }
      return null;
    },
    async remove(name) {
      await ask(keychain.deletePassword(SERVICE, name));
    },
    anchor: {
      read: async name => (await ask(keychain.getPassword(SERVICE, name))) ?? undefined,
      write: (name, text) => ask(keychain.setPassword(SERVICE, name, text)),
    },
  };
}

/** libsecret's, macOS' and Windows' sentences, told apart. Sources: observed with libsecret 0.20; Security framework error texts. */
function explain(error: unknown): GatehouseError {
  const text = error instanceof Error ? error.message : String(error);
  const is = (pattern: RegExp): boolean => pattern.test(text);
  if (is(/autolaunch D-Bus|Could not connect|connection is closed|DBUS_SESSION_BUS/i)) {
    return new GatehouseError('GH_KEYCHAIN_NO_BUS', 'There is no D-Bus session, so the keyring cannot be reached.', {
      cause: error,
    });
  }
  if (is(/not provided by any \.service|ServiceUnknown|Failed to load keytar|libsecret/i)) {
    return new GatehouseError('GH_KEYCHAIN_ABSENT', 'This session has no keyring service.', { cause: error });
  }
  if (is(/locked collection|IsLocked|is locked|prompt (was )?dismissed|interaction is not allowed/i)) {
    return new GatehouseError('GH_KEYCHAIN_LOCKED', 'The keyring is locked.', { cause: error });
  }
  return new GatehouseError('GH_KEYCHAIN_DENIED', `The keychain refused: ${text}.`, { cause: error });
}

/** scrypt parameters: 128 MiB and about half a second, OWASP's recommendation of 2024 for interactive use. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 } as const;

/** A key wrapped by a passphrase and kept in the state database. `passphrase` is asked for when it is needed. */
export function passphraseStore(passphrase: () => Promise<string | undefined>): KeyStore {
  const kek = async (salt: Buffer): Promise<Buffer> => {
    const text = await passphrase();
    if (!text) throw new GatehouseError('GH_VAULT_LOCKED', 'The vault wants its passphrase.');
    return scryptSync(text.normalize('NFKC'), salt, 32, SCRYPT);
  };
  return {
    kind: 'passphrase',
    async load(name, wrapped) {
      if (wrapped === null) return undefined;
      const [salt = '', sealed = ''] = wrapped.split('.');
      const key = await kek(Buffer.from(salt, 'base64'));
      try {
        return openSealed(key, name, Buffer.from(sealed, 'base64'));
      } catch (error) {
        throw new GatehouseError('GH_VAULT_PASSPHRASE_WRONG', 'The passphrase does not open the vault.', {
          cause: error,
        });
      }
    },
    async save(name, key) {
      const salt = randomBytes(16);
      return `${salt.toString('base64')}.${sealWith(await kek(salt), name, key).toString('base64')}`;
    },
    async remove() {},
  };
}

/** For demonstrations: gone with the process. */
export function memoryStore(): KeyStore {
  const kept = new Map<string, string>();
  return {
    kind: 'memory',
    load: async name => (kept.has(name) ? Buffer.from(kept.get(name) ?? '', 'base64') : undefined),
    async save(name, key) {
      kept.set(name, key.toString('base64'));
      return null;
    },
    async remove(name) {
      kept.delete(name);
    },
    anchor: {
      read: async name => kept.get(`anchor ${name}`),
      async write(name, text) {
        kept.set(`anchor ${name}`, text);
      },
    },
  };
}
