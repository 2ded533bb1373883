import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stateWith } from '../testing/index.ts';
import { createVault, type KeyStore, keychainStore, memoryStore, passphraseStore, type Vault } from './index.ts';

let folder: string;
const now = (): Date => new Date('2026-11-21T10:00:00Z');
const file = (): string => join(folder, 'state.db');
const vaultOn = (store: KeyStore): Vault => createVault({ db: stateWith(file(), 'one', 'two'), store, now });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-vault-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('sealed credentials', () => {
  it('are not in the database in clear, and open again', async () => {
    const store = memoryStore();
    const vault = vaultOn(store);
    await vault.open();
    vault.setSecrets('one', { clientSecret: 'canary-4711', big: 'x'.repeat(100_000) });
    const again = vaultOn(store);
    await again.open();
    expect(again.readSecrets('one')).toEqual({ clientSecret: 'canary-4711', big: 'x'.repeat(100_000) });
    expect(again.secretFields('one')).toEqual(['big', 'clientSecret']);
    const raw = new DatabaseSync(file()).prepare('SELECT sealed FROM secret').all();
    expect(raw.map(row => Buffer.from(row.sealed as Uint8Array).toString('latin1')).join()).not.toContain('canary');
  });

  it('of one connection do not open as those of another', async () => {
    const store = memoryStore();
    const vault = vaultOn(store);
    await vault.open();
    vault.setSecrets('one', { token: 'a' });
    new DatabaseSync(file()).exec("UPDATE secret SET connection='two'");
    expect(() => vault.readSecrets('two')).toThrow(expect.objectContaining({ code: 'GH_SECRET_DAMAGED' }));
  });

  it('a damaged record is named, the others still open', async () => {
    const vault = vaultOn(memoryStore());
    await vault.open();
    vault.setSecrets('one', { token: 'a' });
    vault.setSecrets('two', { token: 'b' });
    new DatabaseSync(file()).exec("UPDATE secret SET sealed=x'00112233' WHERE connection='one'");
    expect(() => vault.readSecrets('one')).toThrow(/"token"/);
    expect(vault.readSecrets('two')).toEqual({ token: 'b' });
  });

  it('survive a rotation, and the old key is gone', async () => {
    const store = memoryStore();
    const vault = vaultOn(store);
    await vault.open();
    vault.setSecrets('one', { token: 'a' });
    const told: string[] = [];
    const before = vault.key('history').toString('hex');
    const rotated = await vault.rotate({
      prepare: next => void told.push(next('history').toString('hex'), vault.key('history').toString('hex')),
      done: () => void told.push(vault.key('history').toString('hex')),
    });
    expect(rotated).toEqual({ keyId: 2, secrets: 1 });
    expect(told).toEqual([told[2], before, told[2]]);
    expect(told[2]).not.toBe(before);
    const again = vaultOn(store);
    await again.open();
    expect(again.readSecrets('one')).toEqual({ token: 'a' });
  });
});

describe('a vault that cannot be opened', () => {
  it('says so, keeps everything, and opens later', async () => {
    let denied = false;
    const kept = new Map<string, string>();
    const store = keychainStore({
      getPassword: async (_service, account) => {
        if (denied) throw new Error('User interaction is not allowed.');
        return kept.get(account) ?? null;
      },
      setPassword: async (_service, account, password) => {
        if (denied) throw new Error('User interaction is not allowed.');
        kept.set(account, password);
      },
      deletePassword: async (_service, account) => kept.delete(account),
    });
    const first = vaultOn(store);
    await first.open();
    first.setSecrets('one', { token: 'a' });
    denied = true;
    const second = vaultOn(store);
    await expect(second.open()).rejects.toMatchObject({ code: 'GH_KEYCHAIN_LOCKED' });
    expect(second.status()).toMatchObject({ state: 'closed', code: 'GH_KEYCHAIN_LOCKED' });
    expect(() => second.readSecrets('one')).toThrow(expect.objectContaining({ code: 'GH_KEYCHAIN_LOCKED' }));
    denied = false;
    await second.open();
    expect(second.readSecrets('one')).toEqual({ token: 'a' });
  });

  it('tells a lost key from a damaged one, and never makes a new key by itself', async () => {
    const kept = new Map<string, string>();
    const store = keychainStore({
      getPassword: async (_service, account) => kept.get(account) ?? null,
      setPassword: async (_service, account, password) => void kept.set(account, password),
      deletePassword: async (_service, account) => kept.delete(account),
    });
    await vaultOn(store).open();
    const [name = ''] = kept.keys();
    kept.set(name, 'c2hvcnQ=');
    await expect(vaultOn(store).open()).rejects.toMatchObject({ code: 'GH_VAULT_KEY_DAMAGED' });
    kept.clear();
    await expect(vaultOn(store).open()).rejects.toMatchObject({ code: 'GH_VAULT_KEY_MISSING' });
    expect(kept.size).toBe(0);
  });

  it('a keychain that never answers is given up on', async () => {
    const never = (): Promise<never> => new Promise(() => undefined);
    const store = keychainStore({ getPassword: never, setPassword: never, deletePassword: never }, { timeoutMs: 20 });
    await expect(vaultOn(store).open()).rejects.toMatchObject({ code: 'GH_KEYCHAIN_SILENT' });
  });

  it('one kind of vault is never taken for another', async () => {
    await vaultOn(memoryStore()).open();
    await expect(vaultOn(passphraseStore(async () => 'x')).open()).rejects.toMatchObject({
      code: 'GH_VAULT_OTHER_KIND',
    });
  });
});

describe('a passphrase vault', { timeout: 30_000 }, () => {
  it('opens with the passphrase and with no other', async () => {
    const vault = vaultOn(passphraseStore(async () => 'correct horse'));
    await vault.open();
    vault.setSecrets('one', { token: 'a' });
    await expect(vaultOn(passphraseStore(async () => 'wrong')).open()).rejects.toMatchObject({
      code: 'GH_VAULT_PASSPHRASE_WRONG',
    });
    await expect(vaultOn(passphraseStore(async () => undefined)).open()).rejects.toMatchObject({
      code: 'GH_VAULT_LOCKED',
    });
    const again = vaultOn(passphraseStore(async () => 'correct horse'));
    await again.open();
    expect(again.readSecrets('one')).toEqual({ token: 'a' });
  });
});

describe.runIf(process.platform === 'linux')('a real keyring', { timeout: 60_000 }, () => {
  const script = join(import.meta.dirname, '../testing/keyring.fixture.ts');
  const inSession = async (prepare: string, ...commands: string[]): Promise<readonly Record<string, unknown>[]> => {
    const inner = `${prepare} "$0" "$@"`;
    const { stdout } = await promisify(execFile)(
      'dbus-run-session',
      ['--', 'bash', '-c', inner, process.execPath, script, file(), ...commands],
      { env: { PATH: process.env.PATH, HOME: folder, XDG_DATA_HOME: join(folder, 'data'), XDG_RUNTIME_DIR: folder } },
    );
    return stdout
      .trim()
      .split('\n')
      .filter(line => line.startsWith('{') || line.startsWith('"') || line.startsWith('[') || line === 'null')
      .map(line => JSON.parse(line) as Record<string, unknown>);
  };
  const unlocked = 'printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1;';
  const locked = 'gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1;';

  it('keeps the key over sessions, rotates it, and keeps the end of the history', async () => {
    const first = await inSession(unlocked, 'open', 'set=canary', 'anchor=12:ab', 'rotate');
    expect(first).toEqual([
      { state: 'open', kind: 'keychain', keyId: 1, secrets: 0 },
      ['token'],
      null,
      { keyId: 2, secrets: 1 },
    ]);
    expect(await inSession(unlocked, 'open', 'read', 'anchor?')).toEqual([
      { state: 'open', kind: 'keychain', keyId: 2, secrets: 1 },
      { token: 'canary' },
      '12:ab',
    ]);
  });

  it('that is locked is told from one that is absent, and nothing is reset', async () => {
    await inSession(unlocked, 'open', 'set=canary');
    expect(await inSession(locked, 'open', 'read')).toMatchObject([
      { error: 'GH_KEYCHAIN_LOCKED' },
      { error: 'GH_KEYCHAIN_LOCKED' },
    ]);
    const { stdout } = await promisify(execFile)(process.execPath, [script, file(), 'open'], {
      env: { PATH: process.env.PATH, HOME: folder, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' },
    });
    expect(JSON.parse(stdout)).toMatchObject({ error: 'GH_KEYCHAIN_NO_BUS' });
    expect(await inSession(unlocked, 'open', 'read')).toMatchObject([{ state: 'open' }, { token: 'canary' }]);
  });

  it('a session without a keyring service says that there is none', async () => {
    const config = join(folder, 'session.conf');
    await promisify(execFile)('bash', [
      '-c',
      `printf '<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd"><busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>' > "$0"`,
      config,
    ]);
    const { stdout } = await promisify(execFile)(
      'dbus-run-session',
      [`--config-file=${config}`, '--', process.execPath, script, file(), 'open'],
      { env: { PATH: process.env.PATH, HOME: folder } },
    );
    expect(JSON.parse(stdout)).toMatchObject({ error: 'GH_KEYCHAIN_ABSENT' });
  });
});
