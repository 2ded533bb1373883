import { create } from 'zustand';
import type {
  ApprovalView,
  BackendView,
  ClientView,
  ConnectionView,
  EntryView,
  HostEvent,
  StatusView,
} from '../../../app/contract/index.ts';
import { call, Failure, listen } from './client.ts';

/** What several screens share. What one screen alone needs stays with that screen. */
interface State {
  readonly linked: boolean;
  readonly status: StatusView | null;
  readonly connections: readonly ConnectionView[] | null;
  readonly backends: readonly BackendView[];
  readonly approvals: readonly ApprovalView[];
  readonly clients: readonly ClientView[] | null;
  /** The newest entries that came while the window was open, newest first. */
  readonly live: readonly EntryView[];
  readonly code: { readonly code: string; readonly expiresAt: string } | null;
  readonly problem: Failure | null;
}

const LIVE_AT_MOST = 500;

export const useStore = create<State>(() => ({
  linked: true,
  status: null,
  connections: null,
  backends: [],
  approvals: [],
  clients: null,
  live: [],
  code: null,
  problem: null,
}));

const { setState: set, getState: get } = useStore;

/** Runs something a person asked for; a failure is shown, and `undefined` returned. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    set({ problem: null });
    return await work();
  } catch (error) {
    set({
      problem: error instanceof Failure ? error : new Failure('GH_INTERNAL', String(error), 'Reload the window.'),
    });
    return undefined;
  }
}

export const dismissProblem = (): void => set({ problem: null });

export async function refresh(what: 'status' | 'connections' | 'clients' | 'all'): Promise<void> {
  const wants = (name: typeof what): boolean => what === 'all' || what === name;
  await attempt(async () => {
    const [status, connections, clients] = await Promise.all([
      wants('status') ? call('status', {}) : get().status,
      wants('connections') ? call('connections.list', {}) : get().connections,
      wants('clients') ? call('clients.list', {}) : get().clients,
    ]);
    set({ status, connections, clients });
  });
}

function onEvent(event: HostEvent): void {
  switch (event.type) {
    case 'approvals':
      return set({ approvals: event.approvals });
    case 'connections':
      return void refresh('connections');
    case 'clients':
      return void refresh('clients');
    case 'paused':
      return void refresh('status');
    case 'code':
      return set({ code: { code: event.code, expiresAt: event.expiresAt } });
    case 'entries':
      return set({ live: [...event.entries.toReversed(), ...get().live].slice(0, LIVE_AT_MOST) });
  }
}

/** Loads everything once and keeps it current. After a lost line everything is loaded anew. */
export async function begin(): Promise<void> {
  const load = async (): Promise<void> => {
    await refresh('all');
    await attempt(async () =>
      set({ approvals: await call('approvals.list', {}), backends: await call('backends.list', {}) }),
    );
  };
  await load();
  listen(onEvent, up => {
    const before = get().linked;
    set({ linked: up });
    if (up && !before) void load();
  });
}
