import { readFileSync } from 'node:fs';
import type { Frame, Page, Route } from '@playwright/test';
import { type ForBrowser, type ForPages, STAND_IN_ORIGIN, toApp, toPage } from './wire.ts';

const BINDING = '__standIn';

/** The app's windows as pages of a Chromium. `newPage`: of the size of a window's inside, in pixels. */
export function createPages(
  app: ForPages,
  newPage: (size: { readonly width: number; readonly height: number }) => Promise<Page>,
): ForBrowser {
  const pages = new Map<number, Page>();
  const of = (window: number): Page => {
    const page = pages.get(window);
    if (page === undefined) throw new Error(`There is no page for window ${window}.`);
    return page;
  };

  const answer = async (window: number, route: Route): Promise<void> => {
    const request = route.request();
    const address = request.url();
    if (new URL(address).origin === STAND_IN_ORIGIN) {
      const { status, headers, body } = await app.file({ address: toApp(address), method: request.method() });
      return route.fulfill({ status, headers, body: Buffer.from(body) });
    }
    if (request.isNavigationRequest() && request.frame().parentFrame() === null) {
      const allowed = await app.navigate({ window, address });
      if (!allowed) return route.abort('aborted');
    }
    return route.continue();
  };

  const wire = async (window: number, page: Page, preload: string): Promise<void> => {
    let loading = true;
    await page.route('**/*', route => {
      if (route.request().isNavigationRequest()) loading = true;
      answer(window, route).catch(() => route.abort().catch(() => undefined));
    });
    await page.exposeBinding(
      BINDING,
      async ({ frame }: { readonly frame: Frame }, [what, ...given]: readonly unknown[]) => {
        if (what === 'open') return app.open({ window, address: String(given[0]) });
        const [channel, args] = given as [string, readonly unknown[]];
        const from = { url: toApp(frame.url()), main: frame.parentFrame() === null };
        return app.ask({ window, frame: from, channel, args });
      },
    );
    const script = `function (require, module, exports) {${readFileSync(preload, 'utf8')}\n}`;
    await page.addInitScript({ content: `(${runPreload})(${JSON.stringify(BINDING)}, ${script});` });
    page.on('framenavigated', frame => {
      if (frame !== page.mainFrame()) return;
      if (!loading) void app.navigatedInPage({ window, address: toApp(frame.url()) }).catch(() => undefined);
      loading = false;
    });
    page.on('close', () => {
      if (pages.delete(window)) void app.pageClosed({ window }).catch(() => undefined);
    });
  };

  return {
    async create({ window, preload, width, height }) {
      const page = await newPage({ width, height });
      pages.set(window, page);
      await wire(window, page, preload);
      const devTools = await page.context().newCDPSession(page);
      const { targetInfo } = await devTools.send('Target.getTargetInfo');
      return targetInfo.targetId;
    },
    async load({ window, address }) {
      const page = of(window);
      // As Electron does it: where only the place in the page differs, it is not loaded anew.
      await page.goto(toPage(address));
    },
    async send({ window, channel, args }) {
      await of(window).evaluate(
        ([name, told]) => {
          document.dispatchEvent(new CustomEvent(`stand-in:${name}`, { detail: told }));
        },
        [channel, args] as const,
      );
    },
    async reload({ window }) {
      await of(window).reload();
    },
    async close({ window }) {
      const page = pages.get(window);
      pages.delete(window);
      await page?.close();
    },
  };
}

/** Runs in the page before its own scripts: the preload script with the two modules of Electron that a sandbox has. */
function runPreload(binding: string, preload: (...args: readonly unknown[]) => void): void {
  type Bound = (given: readonly unknown[]) => Promise<unknown>;
  // Taken away from the page's own scripts, which know nothing of it.
  const bound = (window as unknown as Record<string, Bound>)[binding];
  if (bound === undefined || window.location.protocol === 'about:') return;
  Reflect.deleteProperty(window, binding);
  const strict = <T extends object>(name: string, target: T): T =>
    new Proxy(target, {
      get(of, property) {
        if (typeof property === 'symbol' || property in of) return Reflect.get(of, property) as unknown;
        throw new Error(`The stand-in for electron has no ${name}.${property}.`);
      },
    });
  /** Functions and plain data cross between the two worlds, copies of it; nothing else does. */
  const bridged = (value: unknown): unknown => {
    if (typeof value === 'function')
      return (...args: readonly unknown[]) => {
        const told = Reflect.apply(
          value,
          undefined,
          args.map(one => (typeof one === 'function' ? bridged(one) : structuredClone(one))),
        ) as unknown;
        return told instanceof Promise ? told.then(one => structuredClone(one) as unknown) : structuredClone(told);
      };
    if (typeof value === 'object' && value !== null)
      return Object.freeze(Object.fromEntries(Object.entries(value).map(([name, one]) => [name, bridged(one)])));
    return value;
  };
  const electron = strict('electron', {
    contextBridge: strict('contextBridge', {
      exposeInMainWorld(name: string, api: unknown) {
        Object.defineProperty(window, name, { value: bridged(api), enumerable: true });
      },
    }),
    ipcRenderer: strict('ipcRenderer', {
      async invoke(channel: string, ...args: readonly unknown[]) {
        try {
          return await bound(['invoke', channel, args]);
        } catch (error) {
          throw new Error(`Error invoking remote method '${channel}': ${error instanceof Error ? error.message : ''}`);
        }
      },
      on(channel: string, listener: (event: unknown, ...args: readonly unknown[]) => void) {
        document.addEventListener(`stand-in:${channel}`, event => {
          if (event instanceof CustomEvent) listener({}, ...(event.detail as readonly unknown[]));
        });
      },
    }),
  });
  window.open = address => {
    void bound(['open', String(address)]);
    return null;
  };
  const require = (name: string): unknown => {
    if (name === 'electron') return electron;
    throw new Error(`A sandboxed preload script cannot require "${name}".`);
  };
  const module = { exports: {} };
  preload(require, module, module.exports);
}
