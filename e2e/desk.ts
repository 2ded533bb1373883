import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test as base, expect, type Page } from '@playwright/test';
import type { InputOf, OutputOf, ProcedureName } from '../app/contract/index.ts';
import { channelOf } from '../app/electron/channels.ts';
import { eventually, fixture, isRunning, runtime } from '../app/testing/index.ts';
import { type Installation, installation, processesOf } from '../app/testing/programs.ts';
import { type Assistant, connectAssistant } from './assistant.ts';
import { launch, type RunningApp } from './electron/drive.ts';
import { type Electron, openProgram, type Program } from './electron/program.ts';
import type { Surroundings } from './electron/surroundings.ts';
import { STAND_IN_ORIGIN } from './electron/wire.ts';

/** What a test that provokes a failure says, so that the browser's own note of it is no complaint. */
interface Tolerance {
  readonly provoked: (text: string) => void;
}

/** How the window is reached: in a browser at `gatehouse serve`, or as a window of the app. */
export type WindowIs = 'in a browser' | 'of the app';

/** The app of the file that runs: its window is the page of every test. */
const driven: { app?: RunningApp | undefined; program?: Program | undefined } = {};

/** A page that must not complain: no console error, no rule of the page broken, nothing fetched from elsewhere. */
export const test = base.extend<
  { readonly tolerance: Tolerance },
  { readonly windowIs: WindowIs; readonly electron: Electron }
>({
  windowIs: ['in a browser', { scope: 'worker', option: true }],
  electron: ['stand-in', { scope: 'worker', option: true }],
  page: async ({ context }, use) => use((await driven.app?.main()) ?? (await context.newPage())),
  tolerance: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      const allowed: string[] = [];
      page.on('console', message => {
        if (message.type() === 'error' || message.text().includes('Content Security Policy'))
          complaints.push(`${message.text()} ${message.location().url}`);
      });
      page.on('pageerror', error => complaints.push(String(error)));
      page.on('request', request => {
        const { protocol, hostname } = new URL(request.url());
        const known = ['127.0.0.1', new URL(STAND_IN_ORIGIN).hostname];
        if (['http:', 'https:'].includes(protocol) && !known.includes(hostname)) complaints.push(request.url());
      });
      await use({ provoked: text => void allowed.push(text) });
      expect(complaints.filter(text => !allowed.some(one => text.includes(one)))).toEqual([]);
    },
    { auto: true },
  ],
});
export type { Assistant } from './assistant.ts';
export { expect };

/** WCAG 2.2, A and AA: all of axe's rules for it. */
export const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** For what only the window in a browser has: an address, and a key in it. */
export const onlyInBrowser = (): void =>
  test.skip(({ windowIs }) => windowIs !== 'in a browser', 'the window of the app has neither address nor key');

/** A real host with its window's address, and assistants that reach it as assistants do: over the bridge, on stdio. */
export interface Desk {
  readonly here: Installation;
  url: string;
  /** The contract, as the window calls it. */
  api<N extends ProcedureName>(name: N, input: InputOf<N>): Promise<OutputOf<N>>;
  /** A custom connection to the scripted server, tested; its tools count as changing. */
  custom(name: string, kind: string, ...args: readonly string[]): Promise<string>;
  assistant(connection: string): Promise<Assistant>;
  open(page: Page, hash?: string): Promise<void>;
  /** What a page put on the clipboard. */
  copied(page: Page): Promise<string>;
  /** Does this whenever the page asks for the procedure, and answers in the host's place where it gives an answer. */
  interfere(page: Page, name: ProcedureName, work: Interference | undefined): Promise<void>;
}

/** What is told in the host's place; `undefined`: the host is asked as ever. */
type Interference = () => Promise<object | undefined>;

interface DeskOptions {
  readonly serve?: readonly string[];
  readonly prepare?: (folder: string) => void;
}

/** For the tests of a file. Whatever it started has ended when the file is done. */
export function setUpDesk(options: DeskOptions = {}): Desk {
  let here: Installation | undefined;
  const clients: Assistant[] = [];
  const family = new Set<number>();
  const installed = (): Installation => {
    if (here === undefined) throw new Error('The desk is set up before the first test.');
    return here;
  };
  const desk: Desk = {
    get here() {
      return installed();
    },
    url: '',
    async api(name, input) {
      const key = new URLSearchParams(new URL(desk.url).hash.slice(1)).get('key');
      const response = await fetch(new URL(`/api/${name}`, desk.url), {
        method: 'POST',
        headers: { authorization: `Bearer ${key}` },
        body: JSON.stringify(input),
      });
      const body = (await response.json()) as { readonly result: never; readonly error?: unknown };
      if (body.error !== undefined) throw new Error(JSON.stringify(body.error));
      return body.result;
    },
    async custom(name, kind, ...args) {
      const settings = { command: runtime.node, args: [fixture('raw-server'), kind, ...args] };
      const { id } = await desk.api('connections.add', { backend: 'custom', name, settings });
      await desk.api('connections.test', { id });
      return id;
    },
    async assistant(connection) {
      const client = await connectAssistant(installed().home, connection);
      clients.push(client);
      return client;
    },
    async open(page, hash = '#/connections') {
      if (driven.app !== undefined) await page.reload();
      else await page.goto(desk.url);
      await expect(page.getByRole('heading', { name: 'Gatehouse' })).toBeVisible();
      await page.evaluate(to => {
        location.hash = to;
      }, hash);
    },
    async copied(page) {
      // By pasting it, as a person would: a page of the app may not read the clipboard.
      const field = await page.evaluateHandle(() => document.body.appendChild(document.createElement('textarea')));
      await field.focus();
      await page.keyboard.press('ControlOrMeta+V');
      return field.evaluate(one => {
        one.remove();
        return one.value;
      });
    },
    async interfere(page, name, work) {
      if (driven.app !== undefined) return interfereIn(driven.app.around, channelOf(name), work);
      const address = `**/api/${name}`;
      if (work === undefined) return page.unroute(address);
      await page.route(address, async route => {
        const told = await work();
        return told === undefined ? route.continue() : route.fulfill({ status: 500, json: told });
      });
    },
  };
  test.beforeAll(async ({ windowIs, electron }, { parallelIndex }) => {
    here = installation();
    options.prepare?.(here.folder);
    const serve = options.serve ?? [];
    if (windowIs === 'in a browser') {
      desk.url = (await here.serve(...serve)).url;
      return;
    }
    const folder = join(import.meta.dirname, '..', 'test-results', `electron-${electron}-${parallelIndex}`);
    const program = await openProgram(electron, folder);
    const app = await launch({ electron, program }, here, { args: serve });
    Object.assign(driven, { app, program });
    await eventually(async () => (await app.see()).tray !== null, 20_000);
    // Beside the app it opens the host's other door, for what the tests themselves ask.
    if (options.serve === undefined) desk.url = (await besideApp(here, app.pid)).url;
  });
  test.afterEach(() => {
    // All tests of the file may be skipped.
    if (here === undefined) return;
    for (const pid of descendants(here.hostPid())) family.add(pid);
  });
  test.afterAll(async () => {
    if (here === undefined) return;
    const { folder } = installed();
    for (const client of clients) await client.close();
    await driven.app?.[Symbol.asyncDispose]();
    await driven.program?.[Symbol.asyncDispose]();
    driven.app = undefined;
    driven.program = undefined;
    await installed()[Symbol.asyncDispose]();
    await eventually(() => processesOf(folder).length === 0 && [...family].every(pid => !isRunning(pid)), 10_000);
  });
  return desk;
}

async function interfereIn(around: Surroundings, channel: string, work: Interference | undefined): Promise<void> {
  await around.hold({ channel, on: work !== undefined });
  if (work === undefined) return;
  const attend = async (): Promise<void> => {
    while (await around.held({ channel })) {
      const answer = await work();
      await around.release({ channel, ...(answer === undefined ? {} : { answer }) });
    }
  };
  // It ends with the app at the latest.
  void attend().catch(() => undefined);
}

async function besideApp(here: Installation, pid: number | undefined): Promise<{ readonly url: string }> {
  await eventually(() => here.hostPid() === pid, 20_000);
  return here.serve();
}

/** A process and all that it started, by number. Linux only, as these tests are. */
function descendants(pid: number | undefined): readonly number[] {
  if (pid === undefined) return [];
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    return [pid, ...children.flatMap(descendants)];
  } catch {
    return [];
  }
}
