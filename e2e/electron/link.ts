import { ownChromium } from './own-chromium.ts';
import { SURROUNDINGS, type Surroundings } from './surroundings.ts';
import { type ForBrowser, type ForPages, openWire } from './wire.ts';

/** Where the stand-in's windows are: in a Chromium of its own when it is driven like Electron, else with the specs that forked it. */
export function openBrowser(app: ForPages): ForBrowser {
  if (process.argv.includes('--remote-debugging-port=0')) return ownChromium(app);
  const { send } = process;
  if (send === undefined) return nowhere;
  process.on('disconnect', () => process.exit(1));
  const surroundings = new Proxy({} as Surroundings, {
    get: (_none, ask) => {
      const found = Reflect.get(globalThis, SURROUNDINGS) as Surroundings;
      return found[ask as keyof Surroundings];
    },
  });
  const mine = new Proxy({} as ForPages & Surroundings, {
    get: (_none, ask) => Reflect.get(ask in app ? app : surroundings, ask) as unknown,
  });
  return openWire<ForPages & Surroundings, ForBrowser>(
    { send: message => void process.send?.(message, () => undefined), events: process },
    mine,
  );
}

/** Started without anybody who could see a window: a second start, which hands over and ends. */
const nowhere = new Proxy({} as ForBrowser, {
  get: () => () => Promise.reject(new Error('There is nowhere to show a window.')),
});
