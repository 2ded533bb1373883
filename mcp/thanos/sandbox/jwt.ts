import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';

/** Made at start; signs what this process hands out and is of no use elsewhere. */
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = pair.publicKey.export({ format: 'jwk' });
const KID = createHash('sha256').update(String(jwk.n)).digest('base64url').slice(0, 22);

export type Claims = Readonly<Record<string, unknown>>;

/** As at `/.well-known/jwks.json`. */
export const keys = { keys: [{ ...jwk, alg: 'RS256', use: 'sig', kid: KID }] };

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export function signed(claims: Claims): string {
  const text = `${encoded({ kid: KID, alg: 'RS256' })}.${encoded(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), pair.privateKey).toString('base64url')}`;
}

/** The claims of a token that this process signed; `undefined` for anything else. */
export function verified(token: string): Claims | undefined {
  const [head = '', body = '', signature = ''] = token.split('.');
  try {
    const { alg, kid } = JSON.parse(Buffer.from(head, 'base64url').toString());
    if (alg !== 'RS256' || kid !== KID) return undefined;
    const good = verify('sha256', Buffer.from(`${head}.${body}`), pair.publicKey, Buffer.from(signature, 'base64url'));
    return good ? JSON.parse(Buffer.from(body, 'base64url').toString()) : undefined;
  } catch {
    return undefined;
  }
}
