import { create } from 'zustand';
import type {
  ApprovalView,
  BackendView,
  ClientView,
  ConnectionView,
  DesktopEvent,
  InvitationView,
  QuestionView,
  StatusView,
} from '../../../app/contract/index.ts';
import { call, type Failure, failureOf, listen } from './client.ts';
import type { Line } from './door.ts';

/** What the host holds and several screens show. */
interface Loaded {
  readonly status: StatusView;
  readonly connections: readonly ConnectionView[];
  readonly backends: readonly BackendView[];
  readonly clients: readonly ClientView[];
  readonly approvals: readonly ApprovalView[];
  readonly questions: readonly QuestionView[];
}
type Slice = keyof Loaded;

/** What several screens share. What one screen alone needs stays with that screen. */
interface State {
  readonly line: Line;
  /** Not here: not loaded yet. */
  readonly loaded: Partial<Loaded>;
  /** Why a slice could not be loaded; the others are not touched by it. */
  readonly failed: Partial<Readonly<Record<Slice, Failure>>>;
  /** Grows with every entry of the history, and with every line that stands again. */
  readonly historyMoves: number;
  readonly code: { readonly code: string; readonly expiresAt: string } | null;
  /** What went wrong with the last thing the person asked for. */
  readonly problem: Failure | null;
  /** How something went that was asked for from anywhere; stands above the screen until it is closed. */
  readonly said: { readonly tone: 'good' | 'bad'; readonly text: string } | null;
  /** A connection that somebody passed on, which the person has taken up; its form is filled with it. */
  readonly taken: InvitationView['connection'] | null;
  /** Tokens to take back what was written into an assistant's file, while this window is open. */
  readonly undo: Readonly<Record<string, string>>;
}

export const useStore = create<State>(() => ({
  line: 'up',
  loaded: {},
  failed: {},
  historyMoves: 0,
  code: null,
  problem: null,
  said: null,
  taken: null,
  undo: {},
}));

/** Calls and questions of servers that wait for the person. */
export const waitingIn = ({ loaded }: State): number =>
  (loaded.approvals?.length ?? 0) + (loaded.questions?.length ?? 0);

const { setState: set } = useStore;

const LOADERS: { readonly [S in Slice]: () => Promise<Loaded[S]> } = {
  status: () => call('status', {}),
  connections: () => call('connections.list', {}),
  backends: () => call('backends.list', {}),
  clients: () => call('clients.list', {}),
  approvals: () => call('approvals.list', {}),
  questions: () => call('questions.list', {}),
};
const SLICES = Object.keys(LOADERS) as Slice[];

const asked = new Map<Slice, number>();

/** Loads slices anew. An answer that a later question overtook is dropped. */
export async function refresh(...slices: readonly Slice[]): Promise<void> {
  await Promise.all(
    slices.map(async slice => {
      const mine = (asked.get(slice) ?? 0) + 1;
      asked.set(slice, mine);
      try {
        const value = await LOADERS[slice]();
        if (asked.get(slice) !== mine) return;
        set(({ loaded, failed: { [slice]: _, ...failed } }) => ({ loaded: { ...loaded, [slice]: value }, failed }));
      } catch (error) {
        if (asked.get(slice) !== mine) return;
        const failure = failureOf(error);
        // A lost line is told once, above everything; what was loaded before it stays.
        if (failure.code === 'GH_HOST_DOWN' && useStore.getState().loaded[slice] !== undefined) return;
        set(state => ({
          failed: { ...state.failed, [slice]: failure },
          ...(failure.keyRefused ? { line: 'refused' } : {}),
        }));
      }
    }),
  );
}

/** Runs something a person asked for; a failure is shown, and `undefined` returned. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    set({ problem: null });
    return await work();
  } catch (error) {
    set({ problem: failureOf(error) });
    return undefined;
  }
}

export const say = (tone: 'good' | 'bad', text: string): void => set({ said: { tone, text } });
export const unsay = (): void => set({ said: null });
export const dismissProblem = (): void => set({ problem: null });

/** What the host pushes, and that a line stands again: what happened in between was not heard. */
type Heard = DesktopEvent | { readonly type: 'line' };
const listeners = new Set<(heard: Heard) => void>();

/** For what one screen alone follows. Returns how to stop. */
export function hear(listener: (heard: Heard) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
const tell = (heard: Heard): void => {
  for (const listener of listeners) listener(heard);
};

function onEvent(event: DesktopEvent): void {
  tell(event);
  switch (event.type) {
    case 'approvals':
      asked.set('approvals', (asked.get('approvals') ?? 0) + 1);
      return set(({ loaded }) => ({ loaded: { ...loaded, approvals: event.approvals } }));
    case 'questions':
      asked.set('questions', (asked.get('questions') ?? 0) + 1);
      return set(({ loaded }) => ({ loaded: { ...loaded, questions: event.questions } }));
    case 'connections':
      return void refresh('connections');
    case 'settings':
      return void refresh('status');
    case 'clients':
      return void refresh('clients');
    case 'paused':
      return set(({ loaded }) =>
        loaded.status === undefined
          ? {}
          : { loaded: { ...loaded, status: { ...loaded.status, paused: event.paused } } },
      );
    case 'code':
      return set({ code: { code: event.code, expiresAt: event.expiresAt } });
    case 'go':
      location.hash = event.place;
      return;
    case 'entries':
      return set(({ historyMoves }) => ({ historyMoves: historyMoves + 1 }));
  }
}

/** Loads everything, and again whenever a line stands: what happened in between was not heard. */
export function begin(): void {
  listen(onEvent, line => {
    const { line: before } = useStore.getState();
    if (before !== 'refused') set({ line });
    if (line !== 'up') return;
    set(({ historyMoves }) => ({ historyMoves: historyMoves + 1 }));
    tell({ type: 'line' });
    void refresh(...SLICES);
  });
}
