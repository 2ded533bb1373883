import { EventEmitter } from 'node:events';
import type {
  BrowserWindowConstructorOptions,
  KeyboardInputEvent,
  Rectangle,
  WindowOpenHandlerResponse,
} from 'electron';
import { strict } from './strict.ts';
import type { ForBrowser } from './wire.ts';

type OpenHandler = (details: { readonly url: string }) => WindowOpenHandlerResponse;

/** What windows need of their surroundings. */
export interface Around {
  readonly browser: ForBrowser;
  readonly created: (contents: StandInContents) => void;
}

export class StandInContents extends EventEmitter {
  readonly id: number;
  targetId: string | undefined;
  address = '';
  openHandler: OpenHandler = ({ url }) => {
    throw new Error(`Nothing says whether ${url} may be opened.`);
  };
  destroyed = false;
  readonly browser: ForBrowser;
  constructor(id: number, browser: ForBrowser) {
    super();
    this.id = id;
    this.browser = browser;
    // biome-ignore lint/correctness/noConstructorReturn: what is not implemented must throw
    return strict('webContents', this);
  }
  getURL(): string {
    return this.address;
  }
  isDestroyed(): boolean {
    return this.destroyed;
  }
  send(channel: string, ...args: readonly unknown[]): void {
    if (this.destroyed) throw new TypeError('Object has been destroyed');
    void this.browser.send({ window: this.id, channel, args }).catch(() => undefined);
  }
  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler;
  }
  reload(): void {
    void this.browser.reload({ window: this.id });
  }
  sendInputEvent({ type, keyCode }: KeyboardInputEvent): void {
    this.emit('before-input-event', {}, { type, key: keyCode });
  }
  /** As somebody's script closes it: nobody is asked. */
  close(): void {
    all.get(this.id)?.destroy();
  }
}

const all = new Map<number, StandInWindow>();
let next = 1;

/** All that are not destroyed, by number. */
export const windows: ReadonlyMap<number, StandInWindow> = all;

export class StandInWindow extends EventEmitter {
  readonly id: number;
  /** Electron tells nobody; the specs know it from here. */
  readonly madeWith: BrowserWindowConstructorOptions;
  readonly webContents: StandInContents;
  visible: boolean;
  minimized = false;
  maximized = false;
  focused = false;
  bounds: Rectangle;
  readonly ready: Promise<void>;

  constructor(around: Around, options: BrowserWindowConstructorOptions) {
    super();
    this.id = next++;
    this.madeWith = options;
    this.visible = options.show !== false;
    const { width = 800, height = 600, x = 0, y = 0 } = options;
    this.bounds = { x, y, width, height };
    this.webContents = new StandInContents(this.id, around.browser);
    const self = strict('BrowserWindow', this);
    all.set(this.id, self);
    around.created(this.webContents);
    const preload = options.webPreferences?.preload ?? '';
    this.ready = around.browser.create({ window: this.id, preload, width, height }).then(target => {
      this.webContents.targetId = target;
    });
    // biome-ignore lint/correctness/noConstructorReturn: what is not implemented must throw
    return self;
  }
  async loadURL(address: string): Promise<void> {
    this.webContents.address = address;
    await this.ready;
    await this.webContents.browser.load({ window: this.id, address });
    this.emit('ready-to-show');
  }
  show(): void {
    const was = this.visible;
    this.visible = true;
    this.focus();
    if (!was) this.emit('show');
  }
  hide(): void {
    if (!this.visible) return;
    this.visible = false;
    this.blur();
    this.emit('hide');
  }
  focus(): void {
    for (const other of all.values()) if (other.id !== this.id) other.blur();
    this.focused = true;
    this.emit('focus');
  }
  blur(): void {
    if (!this.focused) return;
    this.focused = false;
    this.emit('blur');
  }
  minimize(): void {
    this.minimized = true;
    this.blur();
  }
  restore(): void {
    this.minimized = false;
  }
  maximize(): void {
    this.maximized = true;
  }
  isMinimized(): boolean {
    return this.minimized;
  }
  isMaximized(): boolean {
    return this.maximized;
  }
  isFocused(): boolean {
    return this.focused;
  }
  isDestroyed(): boolean {
    return this.webContents.destroyed;
  }
  flashFrame(_flash: boolean): void {}
  isVisible(): boolean {
    return this.visible;
  }
  isAlwaysOnTop(): boolean {
    return this.madeWith.alwaysOnTop === true;
  }
  getNormalBounds(): Rectangle {
    return this.bounds;
  }
  setBounds(bounds: Partial<Rectangle>): void {
    this.bounds = { ...this.bounds, ...bounds };
  }
  /** As the person closes it. */
  close(): void {
    let prevented = false;
    this.emit('close', {
      preventDefault() {
        prevented = true;
      },
    });
    if (!prevented) this.destroy();
  }
  destroy(): void {
    if (this.webContents.destroyed) return;
    this.webContents.destroyed = true;
    all.delete(this.id);
    this.webContents.emit('destroyed');
    this.emit('closed');
    void this.webContents.browser.close({ window: this.id }).catch(() => undefined);
  }
}
