import { type AppState, waitingIn } from './state.ts';
import type { AppWords } from './words.ts';

/** What the icon shows. A waiting call has seconds, so it comes before everything else. */
export type TrayState = 'ready' | 'waiting' | 'paused' | 'attention';

/** What choosing an item does. */
export type TrayDeed =
  | { readonly do: 'open'; readonly place: string }
  | { readonly do: 'look' }
  | { readonly do: 'pause' }
  | { readonly do: 'resume' }
  | { readonly do: 'restart'; readonly connection: string }
  | { readonly do: 'quit' };

export type TrayItem =
  | { readonly is: 'line' }
  | { readonly is: 'note'; readonly label: string }
  | { readonly is: 'deed'; readonly label: string; readonly deed: TrayDeed }
  | { readonly is: 'menu'; readonly label: string; readonly items: readonly TrayItem[] };

export interface TrayModel {
  readonly state: TrayState;
  readonly toolTip: string;
  readonly items: readonly TrayItem[];
}

/** Linux desktops cut long menus off; the window lists them all. */
const LISTED = 12;

export function trayModel(state: AppState, words: AppWords): TrayModel {
  const waiting = waitingIn(state);
  const bad = state.connections.filter(({ state: at }) => at === 'attention').length + (state.vaultOpen ? 0 : 1);
  const is: TrayState =
    waiting > 0 ? 'waiting' : state.paused ? 'paused' : bad > 0 || !state.reachable ? 'attention' : 'ready';
  const says = {
    waiting: words.waiting(waiting),
    paused: words.paused,
    attention: words.attention(Math.max(1, bad)),
    ready: words.ready,
  }[is];
  const deed = (label: string, done: TrayDeed): TrayItem => ({ is: 'deed', label, deed: done });
  return {
    state: is,
    toolTip: `Gatehouse: ${says}`,
    items: [
      { is: 'note', label: says },
      ...(waiting > 0 ? [deed(words.lookAtCalls, { do: 'look' })] : []),
      { is: 'line' },
      deed(words.open, { do: 'open', place: '' }),
      state.paused ? deed(words.resume, { do: 'resume' }) : deed(words.pause, { do: 'pause' }),
      { is: 'menu', label: words.connections, items: connectionItems(state, words, deed) },
      deed(words.assistants, { do: 'open', place: '/assistants' }),
      deed(words.doctor, { do: 'open', place: '/doctor' }),
      { is: 'line' },
      deed(words.quit, { do: 'quit' }),
    ],
  };
}

/** While the app ends nothing can be chosen any more. */
export const endingModel = (words: AppWords): TrayModel => ({
  state: 'paused',
  toolTip: words.quitting,
  items: [{ is: 'note', label: words.quitting }],
});

function connectionItems(
  { connections }: AppState,
  words: AppWords,
  deed: (label: string, done: TrayDeed) => TrayItem,
): readonly TrayItem[] {
  // What needs somebody is not cut off.
  const first = [...connections].sort((a, b) => Number(b.state === 'attention') - Number(a.state === 'attention'));
  return [
    ...(connections.length === 0 ? [{ is: 'note', label: words.noConnections } as const] : []),
    ...first.slice(0, LISTED).map(
      ({ id, state }): TrayItem => ({
        is: 'menu',
        label: `${id} – ${words.states[state]}`,
        items: [
          deed(words.show, { do: 'open', place: `/connections/${id.split('/').map(encodeURIComponent).join('/')}` }),
          deed(words.restart, { do: 'restart', connection: id }),
        ],
      }),
    ),
    { is: 'line' },
    deed(words.addConnection, { do: 'open', place: '/start' }),
  ];
}
