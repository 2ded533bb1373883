import type { BrowserWindow, BrowserWindowConstructorOptions, Rectangle } from 'electron';
import type { DesktopEvent } from '../contract/index.ts';
import { fitted, SIZE } from './bounds.ts';
import { EVENT } from './channels.ts';
import type { Memory } from './memory.ts';
import { addressOf } from './origin.ts';

/** The window, which is made when somebody wants to see it and not before. */
export interface MainWindow {
  /** Brings it to the front, at a place of the window when one is named. */
  show(place?: string): void;
  current(): BrowserWindow | undefined;
  /** From now on closing ends it: the app is quitting. */
  letGo(): void;
}

/**
 * Closing hides it where a tray icon leads back to it, and minimises it where none can be seen, so that it is never gone for
 * ever. Bounds are remembered and checked against the displays of the day.
 */
export function createMainWindow(deps: {
  readonly createWindow: (options: BrowserWindowConstructorOptions) => BrowserWindow;
  readonly options: BrowserWindowConstructorOptions;
  readonly memory: Memory;
  readonly workAreas: () => readonly Rectangle[];
  readonly trayVisible: () => Promise<boolean>;
  readonly onClosed: (how: 'hidden' | 'minimized') => void;
  readonly onVisible: (visible: boolean) => void;
  readonly report: (what: string) => void;
}): MainWindow {
  const { memory } = deps;
  let window: BrowserWindow | undefined;
  let ending = false;

  const create = (place: string): BrowserWindow => {
    const bounds = fitted(memory.get().bounds, deps.workAreas());
    const made = deps.createWindow({ ...deps.options, ...SIZE, ...bounds, show: false, title: 'Gatehouse' });
    if (memory.get().maximized === true) made.maximize();
    const remember = (): void => {
      if (!made.isMinimized()) memory.set({ bounds: made.getNormalBounds(), maximized: made.isMaximized() });
    };
    made.on('close', event => {
      remember();
      if (ending) return;
      event.preventDefault();
      void deps.trayVisible().then(visible => {
        if (made.isDestroyed()) return;
        if (visible) made.hide();
        else made.minimize();
        deps.onClosed(visible ? 'hidden' : 'minimized');
      });
    });
    made.on('closed', () => {
      window = undefined;
      deps.onVisible(false);
    });
    made.on('show', () => deps.onVisible(true));
    made.on('hide', () => deps.onVisible(false));
    made.once('ready-to-show', () => made.show());
    // The page sets its own title with the number of waiting calls.
    made.loadURL(addressOf(place)).catch((error: unknown) => deps.report(`the window: ${error}`));
    return made;
  };

  return {
    show(place = '') {
      if (window === undefined) {
        window = create(place);
        return;
      }
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
      // Without loading the page anew: what is typed there stays.
      if (place !== '') window.webContents.send(EVENT, { type: 'go', place } satisfies DesktopEvent);
    },
    current: () => window,
    letGo() {
      ending = true;
    },
  };
}
