import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname, join, posix } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};
/** Stands in the built page where the nonce of each answer goes: the window's own styles are let in by it, and no others. */
const NONCE = '__NONCE__';
const csp = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** What goes with everything that is answered to a window. */
export const EVERY_ANSWER = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;

/** A file of the built window, with the page's rules (CSP) and a fresh nonce; `undefined` for what is not in the folder. */
export function windowFile(
  folder: string,
  path: string,
): { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer | string } | undefined {
  const wanted = posix.normalize(path === '/' ? '/index.html' : path);
  // A part that is a folder's name on one system and a way out on another: refused on all.
  if (!wanted.startsWith('/') || /(^|\/)\.\.(\/|$)|[\\:\0]/.test(wanted)) return undefined;
  let body: Buffer;
  try {
    body = readFileSync(join(folder, ...wanted.split('/')));
  } catch {
    return undefined;
  }
  const nonce = randomBytes(16).toString('base64');
  return {
    headers: {
      'content-type': TYPES[extname(wanted)] ?? 'application/octet-stream',
      'content-security-policy': csp(nonce),
      ...(wanted.startsWith('/assets/') ? { 'cache-control': 'public, max-age=31536000, immutable' } : {}),
    },
    body: extname(wanted) === '.html' ? body.toString('utf8').replaceAll(NONCE, nonce) : body,
  };
}
