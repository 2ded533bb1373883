import type { ApprovalView, ConnectionView, HostEvent, QuestionView, StatusView } from '../contract/index.ts';
import type { HostLine } from './host-line.ts';

/** What the tray, the notifications and the badge show. */
export interface AppState {
  /** `false`: the line to a host that was joined is lost, or nothing was heard yet. */
  readonly reachable: boolean;
  readonly paused: boolean;
  readonly vaultOpen: boolean;
  readonly language: string;
  readonly approvals: readonly ApprovalView[];
  readonly questions: readonly QuestionView[];
  readonly connections: readonly ConnectionView[];
}

export const NOTHING_YET: AppState = {
  reachable: false,
  paused: false,
  vaultOpen: true,
  language: 'system',
  approvals: [],
  questions: [],
  connections: [],
};

export const waitingIn = (state: AppState): number => state.approvals.length + state.questions.length;

/** Follows the host and tells every change. `refresh` asks for everything anew, as after a sleep. */
export function followHost(
  host: HostLine,
  onChanged: (state: AppState, before: AppState) => void,
): { readonly refresh: () => Promise<void> } {
  let state = NOTHING_YET;
  const set = (change: Partial<AppState>): void => {
    const before = state;
    state = { ...state, ...change };
    onChanged(state, before);
  };
  // The names and answers belong together by the contract; the host checks the inputs.
  const ask = async <T>(name: string): Promise<T> => (await host.call(name, {})) as T;
  const ignore = (): void => undefined;
  const status = async (): Promise<void> => {
    const { paused, vault, language } = await ask<StatusView>('status');
    set({ paused, language, vaultOpen: vault.state === 'open' });
  };
  const connections = async (): Promise<void> =>
    set({ connections: await ask<readonly ConnectionView[]>('connections.list') });
  const refresh = async (): Promise<void> => {
    const [approvals, questions] = await Promise.all([
      ask<readonly ApprovalView[]>('approvals.list'),
      ask<readonly QuestionView[]>('questions.list'),
      status(),
      connections(),
    ]);
    set({ reachable: true, approvals, questions });
  };
  const hear = (event: HostEvent): void => {
    if (event.type === 'approvals') set({ approvals: event.approvals });
    else if (event.type === 'questions') set({ questions: event.questions });
    else if (event.type === 'paused') set({ paused: event.paused });
    else if (event.type === 'settings') void status().catch(ignore);
    else if (event.type === 'connections') void connections().catch(ignore);
  };
  host.subscribe(hear);
  host.onLine(line => (line === 'up' ? void refresh().catch(ignore) : set({ reachable: false })));
  return { refresh: () => refresh().catch(ignore) };
}
