import type { EntryView } from '../../../../app/contract/index.ts';

/** Kinds of entries in plain words. */
const KINDS: Readonly<Record<string, string>> = {
  intent: 'call',
  outcome: 'call ended',
  approval: 'approval',
  'sign-in': 'sign-in at the vendor',
  'browser-sign-in': 'sign-in page',
  'credential-refused': 'credential refused',
  'secret-set': 'credential stored',
  'connection-added': 'connection added',
  'connection-changed': 'connection changed',
  'connection-removed': 'connection removed',
  'grant-changed': 'grant changed',
  paused: 'paused',
  resumed: 'resumed',
  classification: 'tool classified',
  'definitions-changed': 'server offers other tools',
  'client-registered': 'assistant registered',
  'client-unregistered': 'assistant unregistered',
  'client-refused': 'assistant refused',
  'client-revoked': 'key revoked',
  'settings-changed': 'settings changed',
  'vault-rotated': 'vault key renewed',
  export: 'history exported',
  verification: 'history verified',
  pruned: 'history pruned',
  backup: 'backup made',
  'window-opened': 'window opened',
  'code-refused': 'one-time code refused',
  'server-state': 'server',
  'host-started': 'Gatehouse started',
  'host-ended': 'Gatehouse ended',
  'history-damaged': 'history damaged',
};

export const KIND_CHOICES = Object.entries(KINDS).map(([value, label]) => ({ value, label }));

export function kindOf(entry: Pick<EntryView, 'kind'>): string {
  return KINDS[entry.kind] ?? entry.kind;
}

const RESULTS: Readonly<Record<string, readonly [string, string]>> = {
  ok: ['ok', 'gray'],
  allow: ['allowed', 'gray'],
  ask: ['asks you', 'blue'],
  default: ['default', 'gray'],
  accepted: ['accepted', 'gray'],
  pinned: ['accepted', 'gray'],
  error: ['failed', 'red'],
  deny: ['denied', 'orange'],
  hide: ['hidden', 'orange'],
  refused: ['refused', 'orange'],
  cancelled: ['cancelled', 'gray'],
  unknown: ['outcome unknown', 'red'],
  late: ['ended late', 'orange'],
  held: ['held back', 'orange'],
};

/** How it went or what was decided, in a word and a colour; `undefined` where an entry is just a fact. */
export function resultOf(entry: EntryView): readonly [string, string] | undefined {
  const result = entry.outcome ?? entry.decision;
  if (result === undefined) return undefined;
  return RESULTS[result] ?? [result, 'gray'];
}
