import { join } from 'node:path';
import { test as base, type Page } from '@playwright/test';
import type { WindowDoor, WindowInputOf, WindowOutputOf, WindowProcedureName } from '../../app/contract/index.ts';
import { eventually, fixture, runtime } from '../../app/testing/index.ts';
import { type Installation, installation, processesOf } from '../../app/testing/programs.ts';
import { type Assistant, connectAssistant } from '../assistant.ts';
import { type LaunchOptions, launch, type RunningApp } from '../electron/drive.ts';
import { type Electron, openProgram, type Program } from '../electron/program.ts';
import type { MenuEntry } from '../electron/surroundings.ts';

/** The app on a home of its own, with what surrounds it. Whatever it started has ended when it is disposed of. */
export interface Desktop extends RunningApp {
  readonly here: Installation;
  /** A custom connection to the scripted server; its tools count as changing. */
  custom(name: string, kind: string, ...args: readonly string[]): Promise<string>;
  assistant(connection: string): Promise<Assistant>;
  /** Waits until the tray says this. */
  says(text: string): Promise<void>;
  /** The app on the same home, after it has ended. */
  reopened(options?: LaunchOptions): Promise<RunningApp>;
}

type DesktopOptions = LaunchOptions & { readonly before?: (here: Installation) => Promise<unknown> };

/** Every spec here is the same on the stand-in and on a real Electron. */
export const test = base.extend<
  { readonly desktop: (options?: DesktopOptions) => Promise<Desktop> },
  { readonly electron: Electron; readonly program: Program }
>({
  electron: ['stand-in', { scope: 'worker', option: true }],
  program: [
    async ({ electron }, use, { parallelIndex }) => {
      await using program = await openProgram(electron, join(SCRATCH, `electron-${electron}-${parallelIndex}`));
      await use(program);
    },
    { scope: 'worker' },
  ],
  desktop: async ({ electron, program }, use, info) => {
    await use(async options => {
      const { platform = process.platform } = options ?? {};
      info.skip(electron === 'real' && platform !== process.platform, `a real Electron is itself only on ${platform}`);
      return openDesktop({ electron, program }, options);
    });
  },
});
/** Below the checkout, so that packages are found as for the code; ignored by git. */
export const SCRATCH = join(import.meta.dirname, '..', '..', 'test-results');

/** For what a real Electron tells nobody, or what is about the stand-in itself. */
export const onlyOnStandIn = (why: string): void => test.skip(({ electron }) => electron === 'real', why);

async function openDesktop(
  electron: { readonly electron: Electron; readonly program: Program },
  options: DesktopOptions = {},
): Promise<Desktop> {
  const here = installation();
  await options.before?.(here);
  const open = async (how: LaunchOptions): Promise<RunningApp> => {
    const opened = await launch(electron, here, how);
    // The tray is made last but one, the menu at the same moment.
    await eventually(async () => ((await opened.see()).tray?.menusSet ?? 0) > 0, 20_000);
    return opened;
  };
  const app = await open(options);
  const assistants: Assistant[] = [];
  return {
    ...app,
    here,
    async custom(name, kind, ...args) {
      const settings = { command: runtime.node, args: JSON.stringify([fixture('raw-server'), kind, ...args]) };
      const set = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
      await here.run(['connections', 'add', 'custom', '--name', name, ...set]);
      await here.run(['connections', 'test', `custom/${name}`]);
      return `custom/${name}`;
    },
    async assistant(connection) {
      const one = await connectAssistant(here.home, connection);
      assistants.push(one);
      return one;
    },
    says: async text => void (await eventually(async () => (await app.see()).tray?.toolTip.includes(text), 10_000)),
    reopened: (how = {}) => open(how),
    async [Symbol.asyncDispose]() {
      for (const one of assistants) await one.close();
      await app[Symbol.asyncDispose]();
      await here[Symbol.asyncDispose]();
      await eventually(() => processesOf(here.folder).length === 0, 10_000);
    },
  };
}

/** Asks as the page's own scripts ask. */
export async function ask<N extends WindowProcedureName>(
  page: Page,
  name: N,
  input: WindowInputOf<N>,
): Promise<WindowOutputOf<N>> {
  const answer = await page.evaluate(
    async ([to, what]) => {
      const { gatehouse } = window as unknown as { readonly gatehouse: WindowDoor };
      return (gatehouse.call[to as 'status'] as (given: unknown) => Promise<unknown>)(what);
    },
    [name, input] as const,
  );
  const told = answer as { readonly result: WindowOutputOf<N>; readonly error?: { readonly code: string } };
  if (told.error !== undefined) throw new Error(told.error.code);
  return told.result;
}

export const labels = (menu: readonly MenuEntry[]): readonly string[] => menu.map(({ label }) => label).filter(Boolean);

export const within = (menu: readonly MenuEntry[], label: string): readonly MenuEntry[] => {
  const found = menu.find(one => one.label.startsWith(label) || one.role === label);
  if (found === undefined) throw new Error(`There is no "${label}" among: ${labels(menu).join(', ')}`);
  return found.submenu;
};
