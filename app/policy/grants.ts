import type { DatabaseSync } from 'node:sqlite';
import type { Effect } from '../../mcp/kit/catalog.ts';
import type { Rule, Verdict } from './decide.ts';

/** The stored grants of all connections. */
export interface Grants {
  of(connectionUuid: string): readonly Rule[];
  set(connectionUuid: string, rule: Rule): void;
  /** Back to the default. */
  unset(connectionUuid: string, rule: Pick<Rule, 'client' | 'effect' | 'tool' | 'action'>): void;
}

export function createGrants(deps: { readonly db: DatabaseSync; readonly now: () => Date }): Grants {
  const { db, now } = deps;
  const cache = new Map<string, readonly Rule[]>();
  return {
    of(connection) {
      const known = cache.get(connection);
      if (known !== undefined) return known;
      const rules = db
        .prepare(
          'SELECT client, effect, tool, action, verdict, until FROM rule WHERE connection=? ORDER BY created_at, client, effect, tool, action',
        )
        .all(connection)
        .map(
          (row): Rule => ({
            client: String(row.client),
            effect: String(row.effect) as Effect | '',
            tool: String(row.tool),
            action: String(row.action),
            verdict: String(row.verdict) as Verdict,
            until: row.until === null ? null : String(row.until),
          }),
        );
      cache.set(connection, rules);
      return rules;
    },
    set(connection, rule) {
      db.prepare(
        'INSERT INTO rule (connection, client, effect, tool, action, verdict, until, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET verdict=excluded.verdict, until=excluded.until',
      ).run(
        connection,
        rule.client,
        rule.effect,
        rule.tool,
        rule.action,
        rule.verdict,
        rule.until,
        now().toISOString(),
      );
      db.prepare('DELETE FROM rule WHERE until IS NOT NULL AND until < ?').run(now().toISOString());
      cache.clear();
    },
    unset(connection, rule) {
      db.prepare('DELETE FROM rule WHERE connection=? AND client=? AND effect=? AND tool=? AND action=?').run(
        connection,
        rule.client,
        rule.effect,
        rule.tool,
        rule.action,
      );
      cache.clear();
    },
  };
}
