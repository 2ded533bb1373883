import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { GatehouseError } from './contract/errors.ts';
import type { HostSettings, SettingValues } from './parts.ts';

const SCHEMA = {
  paused: z.boolean(),
  mcpEndpoint: z.boolean(),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']),
  retentionDays: z.number().int().min(0).max(36_500),
  idleMinutes: z.number().int().min(0).max(1_440),
  approvalSeconds: z.number().int().min(10).max(50),
  theme: z.enum(['system', 'light', 'dark']),
  language: z.enum(['system', 'en', 'de']),
} as const;
const DEFAULTS: SettingValues = {
  paused: false,
  mcpEndpoint: false,
  logLevel: 'info',
  retentionDays: 0,
  idleMinutes: 10,
  approvalSeconds: 45,
  theme: 'system',
  language: 'system',
};

export function createHostSettings(db: DatabaseSync): HostSettings {
  let values: SettingValues = DEFAULTS;
  for (const row of db.prepare('SELECT name, value FROM setting').all()) {
    if (String(row.name) in SCHEMA)
      values = { ...values, [String(row.name)]: JSON.parse(String(row.value)) as unknown };
  }
  return {
    get: name => values[name],
    all: () => values,
    set(name, given) {
      if (!(name in SCHEMA))
        throw new GatehouseError('GH_INVALID_INPUT', `There is no setting "${name}".`, {
          hint: `Use one of: ${Object.keys(SCHEMA).join(', ')}.`,
        });
      const parsed = SCHEMA[name as keyof typeof SCHEMA].safeParse(given);
      if (!parsed.success)
        throw new GatehouseError('GH_INVALID_INPUT', `${name}: ${parsed.error.issues[0]?.message ?? 'not allowed'}.`);
      db.prepare('INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value=excluded.value').run(
        name,
        JSON.stringify(parsed.data),
      );
      values = { ...values, [name]: parsed.data };
      return values;
    },
  };
}
