import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';

export type Claims = Readonly<Record<string, unknown>>;

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const decoded = (text: string): Claims => JSON.parse(Buffer.from(text, 'base64url').toString());

function newKey() {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = pair.publicKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(String(jwk.n)).digest('base64url').slice(0, 22);
  return { ...pair, kid, jwk: { ...jwk, alg: 'RS256', use: 'sig', kid } };
}

/** Made once for a process: signs what its sandboxes hand out, and is of no use elsewhere. */
const first = newKey();

/** The signing keys of one project, which can be rotated. */
export function createKeys() {
  let current = first;
  return {
    /** As at `/v2/keys/{projectId}`. */
    set: () => ({ keys: [current.jwk] }),
    rotate(): void {
      current = newKey();
    },
    signed(claims: Claims): string {
      const text = `${encoded({ alg: 'RS256', kid: current.kid, typ: 'JWT' })}.${encoded(claims)}`;
      return `${text}.${sign('sha256', Buffer.from(text), current.privateKey).toString('base64url')}`;
    },
    /** The claims of a token that the current key signed; `undefined` for anything else. */
    verified(token: string): Claims | undefined {
      const [head = '', body = '', signature = ''] = token.split('.');
      try {
        const { alg, kid } = decoded(head);
        if (alg !== 'RS256' || kid !== current.kid) return undefined;
        const bytes = Buffer.from(`${head}.${body}`);
        return verify('sha256', bytes, current.publicKey, Buffer.from(signature, 'base64url'))
          ? decoded(body)
          : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

export type Keys = ReturnType<typeof createKeys>;
