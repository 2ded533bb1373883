import type { Protocol } from 'electron';
import { EVERY_ANSWER, windowFile } from '../serve/index.ts';
import { isOurs, SCHEME } from './origin.ts';

/** Before the app is ready: pages of our scheme count as a secure origin of their own. Nothing else is granted to it. */
export function declareScheme(protocol: Pick<Protocol, 'registerSchemesAsPrivileged'>): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Answers `app://gatehouse/…` with the files of the built window and nothing else, under the page's rules (CSP). */
export function serveWindow(protocol: Pick<Protocol, 'handle'>, folder: string): void {
  protocol.handle(SCHEME, request => {
    const found =
      request.method === 'GET' && isOurs(request.url)
        ? windowFile(folder, decodeURI(new URL(request.url).pathname))
        : undefined;
    if (found === undefined) return new Response('There is no such page.', { status: 404, headers: EVERY_ANSWER });
    const body = typeof found.body === 'string' ? found.body : new Uint8Array(found.body);
    return new Response(body, { headers: { ...EVERY_ANSWER, ...found.headers } });
  });
}
