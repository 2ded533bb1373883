import { readFileSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { test as base, expect, type Page } from '@playwright/test';
import type { InputOf, OutputOf, ProcedureName } from '../app/contract/index.ts';
import { eventually, fixture, isRunning, runtime } from '../app/testing/index.ts';
import { type Installation, installation, processesOf } from '../app/testing/programs.ts';

/** What a test that provokes a failure says, so that the browser's own note of it is no complaint. */
interface Tolerance {
  readonly provoked: (text: string) => void;
}

/** A page that must not complain: no console error, no rule of the page broken, nothing fetched from elsewhere. */
export const test = base.extend<{ readonly tolerance: Tolerance }>({
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
        if (['http:', 'https:'].includes(protocol) && hostname !== '127.0.0.1') complaints.push(request.url());
      });
      await use({ provoked: text => void allowed.push(text) });
      expect(complaints.filter(text => !allowed.some(one => text.includes(one)))).toEqual([]);
    },
    { auto: true },
  ],
});
export { expect };

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
}

export interface Assistant {
  /** The text of the answer, of a refusal too. */
  call(tool: string, args?: Record<string, unknown>): Promise<string>;
}

interface DeskOptions {
  readonly serve?: readonly string[];
  readonly prepare?: (folder: string) => void;
}

/** For the tests of a file. Whatever it started has ended when the file is done. */
export function setUpDesk(options: DeskOptions = {}): Desk {
  let here: Installation | undefined;
  const clients: Client[] = [];
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
      const client = new Client({ name: 'e2e', version: '1' }, { versionNegotiation: { mode: 'auto' } });
      clients.push(client);
      await client.connect(
        new StdioClientTransport({
          command: runtime.node,
          args: [runtime.bridge, connection, '--home', installed().home],
          env: {},
          cwd: '/',
        }),
      );
      return {
        async call(tool, args = {}) {
          const { content } = await client.callTool({ name: tool, arguments: args });
          return JSON.stringify(content);
        },
      };
    },
    async open(page, hash = '') {
      await page.goto(desk.url);
      await expect(page.getByRole('heading', { name: 'Gatehouse' })).toBeVisible();
      if (hash !== '') {
        await page.evaluate(to => {
          location.hash = to;
        }, hash);
      }
    },
  };
  test.beforeAll(async () => {
    here = installation();
    options.prepare?.(here.folder);
    desk.url = (await here.serve(...(options.serve ?? []))).url;
  });
  test.afterEach(() => {
    for (const pid of descendants(installed().hostPid())) family.add(pid);
  });
  test.afterAll(async () => {
    const { folder } = installed();
    for (const client of clients) await client.close();
    await installed()[Symbol.asyncDispose]();
    await eventually(() => processesOf(folder).length === 0 && [...family].every(pid => !isRunning(pid)), 10_000);
  });
  return desk;
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
