/** The window's only door: one function for each procedure of the contract, and what is told. Runs in the sandbox. */
import { contextBridge, ipcRenderer } from 'electron';
import type { DesktopEvent } from './contract/index.ts';
import { channelOf, EVENT, LISTEN } from './electron/channels.ts';

/** The names of the contract's procedures, put here by the build: the schemas themselves stay in the app. */
declare const __PROCEDURES__: readonly string[];

contextBridge.exposeInMainWorld('gatehouse', {
  call: Object.fromEntries(
    __PROCEDURES__.map(name => [name, (input: unknown) => ipcRenderer.invoke(channelOf(name), input)]),
  ),
  listen(hear: (event: DesktopEvent) => void): void {
    ipcRenderer.on(EVENT, (_event, told: DesktopEvent) => hear(told));
    void ipcRenderer.invoke(LISTEN, {});
  },
});
