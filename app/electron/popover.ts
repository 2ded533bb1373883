import type { BrowserWindow, BrowserWindowConstructorOptions, Rectangle } from 'electron';
import { beside } from './bounds.ts';
import { addressOf } from './origin.ts';

const SIZE = { width: 400, height: 520 } as const;
const PLACE = '/popover';

/** The small window at the tray: what waits, the pause, the one-time code. */
export interface Popover {
  show(): void;
  hide(): void;
  current(): BrowserWindow | undefined;
}

/** It goes away when somebody looks elsewhere or presses Escape; a link in it opens the whole window there. */
export function createPopover(deps: {
  readonly createWindow: (options: BrowserWindowConstructorOptions) => BrowserWindow;
  readonly options: BrowserWindowConstructorOptions;
  /** Of the tray's icon; without size where the system does not tell. */
  readonly anchor: () => Rectangle | undefined;
  readonly pointer: () => { readonly x: number; readonly y: number };
  readonly workAreaAt: (point: { readonly x: number; readonly y: number }) => Rectangle;
  readonly openMain: (place: string) => void;
  readonly report: (what: string) => void;
}): Popover {
  let window: BrowserWindow | undefined;

  const place = (): Rectangle => {
    const anchor = deps.anchor();
    const at = anchor === undefined || anchor.width === 0 ? { ...deps.pointer(), width: 0, height: 0 } : anchor;
    return beside(at, SIZE, deps.workAreaAt(at));
  };
  const load = (made: BrowserWindow): void =>
    void made.loadURL(addressOf(PLACE)).catch((error: unknown) => deps.report(`the pop-over: ${error}`));
  const create = (): BrowserWindow => {
    const made = deps.createWindow({
      ...deps.options,
      ...place(),
      show: false,
      frame: false,
      resizable: false,
      minimizable: false,
      maximizable: false,
      fullscreenable: false,
      skipTaskbar: true,
      alwaysOnTop: true,
      title: 'Gatehouse',
    });
    made.on('blur', () => made.hide());
    made.on('closed', () => {
      window = undefined;
    });
    made.webContents.on('before-input-event', (_event, input) => {
      if (input.type === 'keyDown' && input.key === 'Escape') made.hide();
    });
    made.webContents.on('did-navigate-in-page', (_event, address) => {
      const hash = new URL(address).hash.slice(1);
      if (hash === PLACE) return;
      made.hide();
      deps.openMain(hash);
      load(made);
    });
    made.once('ready-to-show', () => made.show());
    load(made);
    return made;
  };

  return {
    show() {
      if (window === undefined) {
        window = create();
        return;
      }
      window.setBounds(place());
      window.show();
      window.focus();
    },
    hide: () => window?.hide(),
    current: () => window,
  };
}
