import type { IpcMain, IpcMainInvokeEvent, WebContents } from 'electron';
import * as z from 'zod';
import {
  type Answer,
  type DesktopEvent,
  GatehouseError,
  procedures,
  type WindowProcedureName,
  windowProcedures,
} from '../contract/index.ts';
import { channelOf, EVENT, LISTEN } from './channels.ts';
import { isOurs } from './origin.ts';

/** Answers one procedure, of the host or of the app. */
export type Answerer = (name: WindowProcedureName, input: unknown) => Promise<unknown>;

/**
 * Opens the lines that the preload script uses: one for each procedure, and one to listen. Every request passes one wrapper:
 * it must come from the main frame of one of our windows, on a page of ours, with one argument that the contract allows.
 */
export function openWindowDoor(deps: {
  readonly ipcMain: Pick<IpcMain, 'handle'>;
  readonly isWindow: (contents: WebContents) => boolean;
  readonly answer: Answerer;
  /** Listens for a window until told to stop. */
  readonly watch: (listener: (event: DesktopEvent) => void) => () => void;
  /** Whether the person cannot be there, as far as the system tells. */
  readonly locked: () => boolean;
  readonly report: (what: string) => void;
}): void {
  const handle = (
    channel: string,
    schema: z.ZodType,
    run: (input: unknown, sender: WebContents) => Promise<unknown>,
  ): void => {
    deps.ipcMain.handle(channel, async (event, ...given: readonly unknown[]): Promise<Answer<unknown>> => {
      try {
        if (!isTrusted(event, deps.isWindow)) {
          deps.report(`refused ${channel} from ${event.senderFrame?.url ?? 'a frame that is gone'}`);
          throw new GatehouseError('GH_USAGE', 'Only the window of Gatehouse may ask this.');
        }
        const [input = {}] = given;
        const parsed = schema.safeParse(input);
        if (given.length > 1 || !parsed.success) {
          const [issue] = parsed.error?.issues ?? [];
          throw new GatehouseError(
            'GH_INVALID_INPUT',
            `${issue?.path.join('.') || 'the input'}: ${issue?.message ?? 'too many'}.`,
          );
        }
        return { result: await run(input, event.sender) };
      } catch (error) {
        if (error instanceof GatehouseError) return { error: error.toJSON() };
        deps.report(`${channel}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        return { error: new GatehouseError('GH_INTERNAL', `${channel} failed unexpectedly.`).toJSON() };
      }
    });
  };

  for (const name of Object.keys(windowProcedures) as WindowProcedureName[]) {
    handle(channelOf(name), windowProcedures[name].input, async input => {
      if (widens(name) && deps.locked())
        throw new GatehouseError('GH_SCREEN_LOCKED', 'The screen is locked: nothing can be allowed now.');
      return (await deps.answer(name, input)) ?? null;
    });
  }

  const listening = new Map<WebContents, () => void>();
  handle(LISTEN, z.strictObject({}), async (_input, sender) => {
    listening.get(sender)?.();
    const unwatch = deps.watch(event => {
      if (!sender.isDestroyed()) sender.send(EVENT, event);
    });
    const stop = (): void => {
      unwatch();
      listening.delete(sender);
    };
    listening.set(sender, stop);
    sender.once('destroyed', stop);
    return null;
  });
}

function isTrusted(event: IpcMainInvokeEvent, isWindow: (contents: WebContents) => boolean): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && isOurs(frame.url) && isWindow(event.sender);
}

/** What may widen what assistants can do: the contract marks it by taking the one-time code. */
function widens(name: WindowProcedureName): boolean {
  return name in procedures && 'code' in windowProcedures[name].input.shape;
}
