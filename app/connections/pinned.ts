import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Effect } from '../../mcp/kit/catalog.ts';
import { GatehouseError } from '../contract/errors.ts';

/** A definition exactly as a custom server gave it. */
export type Definition = { readonly [key: string]: unknown };

/** What a custom server offers: its lists, and what it can do beside them. */
export interface Definitions {
  readonly capabilities: Definition;
  readonly instructions: string;
  readonly tools: readonly Definition[];
  readonly prompts: readonly Definition[];
  readonly resources: readonly Definition[];
  readonly templates: readonly Definition[];
}

export interface Pinned {
  /** What the user accepted: the only thing assistants see. */
  readonly accepted: Definitions;
  /** A differing offer of the running server, held back until the user accepts it. */
  readonly offered: Definitions | null;
  /** The user's classification; a tool that is not in it counts as `write`. */
  readonly effects: Readonly<Record<string, Effect>>;
}

export interface DefinitionChange {
  readonly list: 'tools' | 'prompts' | 'resources' | 'templates' | 'instructions';
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly before: Definition | null;
  readonly after: Definition | null;
}

/** Custom servers' definitions, pinned by hash: a server that changes what it offers does not change what assistants see. */
export interface PinnedStore {
  get(connection: string): Pinned | undefined;
  /** The first offer is accepted; a later one that differs is held back. Says whether assistants' lists changed or an offer is waiting. */
  offer(connection: string, definitions: Definitions): 'first' | 'same' | 'held';
  changes(connection: string): DefinitionChange[];
  /** Takes the held offer. Tools whose definition changed lose their classification. */
  accept(connection: string): Pinned;
  classify(connection: string, tool: string, effect: Effect): Pinned;
}

export function createPinnedStore(db: DatabaseSync): PinnedStore {
  const cache = new Map<string, Pinned>();
  const get = (connection: string): Pinned | undefined => {
    const known = cache.get(connection);
    if (known !== undefined) return known;
    const row = db.prepare('SELECT accepted, offered, effects FROM pinned WHERE connection=?').get(connection);
    if (row === undefined) return undefined;
    const pinned: Pinned = {
      accepted: JSON.parse(String(row.accepted)) as Definitions,
      offered: row.offered === null ? null : (JSON.parse(String(row.offered)) as Definitions),
      effects: JSON.parse(String(row.effects)) as Record<string, Effect>,
    };
    cache.set(connection, pinned);
    return pinned;
  };
  const put = (connection: string, pinned: Pinned): Pinned => {
    db.prepare(
      'INSERT INTO pinned (connection, accepted, offered, effects) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET accepted=excluded.accepted, offered=excluded.offered, effects=excluded.effects',
    ).run(
      connection,
      JSON.stringify(pinned.accepted),
      pinned.offered === null ? null : JSON.stringify(pinned.offered),
      JSON.stringify(pinned.effects),
    );
    cache.set(connection, pinned);
    return pinned;
  };
  const need = (connection: string): Pinned => {
    const found = get(connection);
    if (found === undefined)
      throw new GatehouseError('GH_NOT_FOUND', 'This connection has no definitions yet.', {
        hint: 'Run `gatehouse connections test` first.',
      });
    return found;
  };
  return {
    get,
    offer(connection, definitions) {
      const pinned = get(connection);
      if (pinned === undefined) {
        put(connection, { accepted: definitions, offered: null, effects: {} });
        return 'first';
      }
      if (fingerprint(pinned.accepted) === fingerprint(definitions)) {
        if (pinned.offered !== null) put(connection, { ...pinned, offered: null });
        return 'same';
      }
      if (pinned.offered === null || fingerprint(pinned.offered) !== fingerprint(definitions))
        put(connection, { ...pinned, offered: definitions });
      return 'held';
    },
    changes(connection) {
      const pinned = need(connection);
      return pinned.offered === null ? [] : differences(pinned.accepted, pinned.offered);
    },
    accept(connection) {
      const pinned = need(connection);
      if (pinned.offered === null) return pinned;
      const touched = new Set(
        differences(pinned.accepted, pinned.offered)
          .filter(({ list }) => list === 'tools')
          .map(({ name }) => name),
      );
      const effects = Object.fromEntries(Object.entries(pinned.effects).filter(([tool]) => !touched.has(tool)));
      return put(connection, { accepted: pinned.offered, offered: null, effects });
    },
    classify(connection, tool, effect) {
      const pinned = need(connection);
      if (!pinned.accepted.tools.some(({ name }) => name === tool)) {
        throw new GatehouseError('GH_NOT_FOUND', `The server has no tool "${tool}".`, {
          hint: `Use one of: ${pinned.accepted.tools.map(({ name }) => String(name)).join(', ')}.`,
        });
      }
      return put(connection, { ...pinned, effects: { ...pinned.effects, [tool]: effect } });
    },
  };
}

/** Tools whose definition is not the accepted one any more: neither shown nor callable until the user has looked. */
export function heldTools(pinned: Pinned): string[] {
  if (pinned.offered === null) return [];
  return differences(pinned.accepted, pinned.offered).flatMap(({ list, name }) => (list === 'tools' ? [name] : []));
}

/** SHA-256 over the definitions with sorted keys: the order in which a server prints them does not count. */
export function fingerprint(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
}

function differences(before: Definitions, after: Definitions): DefinitionChange[] {
  const changes: DefinitionChange[] = [];
  for (const list of ['tools', 'prompts', 'resources', 'templates'] as const) {
    const key = list === 'resources' ? 'uri' : list === 'templates' ? 'uriTemplate' : 'name';
    const old = new Map(before[list].map(item => [String(item[key]), item]));
    const fresh = new Map(after[list].map(item => [String(item[key]), item]));
    for (const name of new Set([...old.keys(), ...fresh.keys()])) {
      const a = old.get(name) ?? null;
      const b = fresh.get(name) ?? null;
      if (a !== null && b !== null && canonical(a) === canonical(b)) continue;
      changes.push({
        list,
        name,
        change: a === null ? 'added' : b === null ? 'removed' : 'changed',
        before: a,
        after: b,
      });
    }
  }
  if (before.instructions !== after.instructions) {
    changes.push({
      list: 'instructions',
      name: 'instructions',
      change: 'changed',
      before: { text: before.instructions },
      after: { text: after.instructions },
    });
  }
  return changes;
}
