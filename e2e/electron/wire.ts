import type { Frame } from './surroundings.ts';

/** Where the pages of `app://gatehouse` stand in Chromium, which knows no scheme of ours. Nothing is ever fetched from there. */
export const STAND_IN_ORIGIN = 'https://gatehouse.stand-in';
const APP_ORIGIN = 'app://gatehouse';
export const toPage = (address: string): string => address.replace(APP_ORIGIN, STAND_IN_ORIGIN);
export const toApp = (address: string): string => address.replace(STAND_IN_ORIGIN, APP_ORIGIN);

/** What the process of the app asks of whoever holds its pages. */
export interface ForBrowser {
  /** Resolves with the target's id, as DevTools has it. */
  create(ask: { window: number; preload: string; width: number; height: number }): Promise<string>;
  load(ask: { window: number; address: string }): Promise<void>;
  send(ask: { window: number; channel: string; args: readonly unknown[] }): Promise<void>;
  reload(ask: { window: number }): Promise<void>;
  close(ask: { window: number }): Promise<void>;
}

/** What a window's page asks the process of the app. */
export interface ForPages {
  ask(ask: { window: number; frame: Frame; channel: string; args: readonly unknown[] }): Promise<unknown>;
  file(ask: { address: string; method: string }): Promise<{
    status: number;
    headers: Record<string, string>;
    body: Uint8Array;
  }>;
  /** `false`: the app does not let the page go there. */
  navigate(ask: { window: number; address: string }): Promise<boolean>;
  open(ask: { window: number; address: string }): Promise<void>;
  navigatedInPage(ask: { window: number; address: string }): Promise<void>;
  pageClosed(ask: { window: number }): Promise<void>;
}
