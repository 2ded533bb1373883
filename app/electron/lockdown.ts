import type { App, Session, WebContents } from 'electron';
import { isOurs, ORIGIN } from './origin.ts';

/** What a page of ours may use: it writes to the clipboard when somebody presses "Copy". */
const PERMITTED: ReadonlySet<string> = new Set(['clipboard-sanitized-write']);

/**
 * Nothing that a window shows leads anywhere else: no navigation, no new windows, no embedded pages, no permissions, no
 * downloads but of what the page itself made. A link that leads out is handed to `openOutside`, which has its own list.
 */
export function lockDown(
  app: Pick<App, 'on'>,
  session: Pick<
    Session,
    | 'on'
    | 'setPermissionRequestHandler'
    | 'setPermissionCheckHandler'
    | 'setDevicePermissionHandler'
    | 'setDisplayMediaRequestHandler'
  >,
  openOutside: (address: string) => void,
): void {
  app.on('web-contents-created', (_event, contents: WebContents) => {
    const stay = (event: { readonly url: string; preventDefault(): void }): void => {
      if (isOurs(event.url)) return;
      event.preventDefault();
      openOutside(event.url);
    };
    contents.on('will-navigate', stay);
    contents.on('will-frame-navigate', stay);
    contents.on('will-redirect', stay);
    contents.on('will-attach-webview', event => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      openOutside(url);
      return { action: 'deny' };
    });
  });
  session.on('will-download', (event, item) => {
    if (!item.getURL().startsWith(`blob:${ORIGIN}/`)) event.preventDefault();
  });
  session.setPermissionRequestHandler((contents, permission, answer) =>
    answer(PERMITTED.has(permission) && isOurs(contents.getURL())),
  );
  session.setPermissionCheckHandler((_contents, permission, origin) => PERMITTED.has(permission) && isOurs(origin));
  session.setDevicePermissionHandler(() => false);
  // Called without a stream, it refuses.
  session.setDisplayMediaRequestHandler((_request, answer) => answer({}));
}
