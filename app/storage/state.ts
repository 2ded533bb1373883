import type { DatabaseSync } from 'node:sqlite';
import { type Migration, openDatabase } from './database.ts';

/** Everything but the history. Each table belongs to the module named beside it. */
const MIGRATIONS: readonly Migration[] = [
  `
  -- vault
  CREATE TABLE vault (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    kind TEXT NOT NULL, installation TEXT NOT NULL, key_id INTEGER NOT NULL, wrapped TEXT
  ) STRICT;
  CREATE TABLE secret (
    connection TEXT NOT NULL REFERENCES connection(uuid) ON DELETE CASCADE,
    field TEXT NOT NULL, sealed BLOB NOT NULL, changed_at TEXT NOT NULL,
    PRIMARY KEY (connection, field)
  ) STRICT;
  -- connections
  CREATE TABLE connection (
    uuid TEXT PRIMARY KEY, backend TEXT NOT NULL, name TEXT NOT NULL,
    settings TEXT NOT NULL, read_only INTEGER NOT NULL, presentation TEXT NOT NULL,
    identity TEXT, scopes TEXT, demo INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL,
    UNIQUE (backend, name)
  ) STRICT;
  CREATE TABLE pinned (
    connection TEXT PRIMARY KEY REFERENCES connection(uuid) ON DELETE CASCADE,
    accepted TEXT NOT NULL, offered TEXT, effects TEXT NOT NULL
  ) STRICT;
  -- policy
  CREATE TABLE rule (
    connection TEXT NOT NULL REFERENCES connection(uuid) ON DELETE CASCADE,
    client TEXT NOT NULL, effect TEXT NOT NULL, tool TEXT NOT NULL, action TEXT NOT NULL,
    verdict TEXT NOT NULL, until TEXT, created_at TEXT NOT NULL,
    PRIMARY KEY (connection, client, effect, tool, action)
  ) STRICT;
  -- clients
  CREATE TABLE client (
    id TEXT PRIMARY KEY, key_hash BLOB NOT NULL, created_at TEXT NOT NULL, revoked_at TEXT
  ) STRICT;
  CREATE TABLE ledger (
    key TEXT PRIMARY KEY, value TEXT NOT NULL
  ) STRICT;
  -- host
  CREATE TABLE setting (
    name TEXT PRIMARY KEY, value TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- demonstrations: connections whose sandbox we run ourselves
  CREATE TABLE demonstration (
    connection TEXT PRIMARY KEY REFERENCES connection(uuid) ON DELETE CASCADE
  ) STRICT;
  `,
];

/** Opens `state.db`. Errors: see `openDatabase`. */
export function openState(file: string): DatabaseSync {
  return openDatabase(file, MIGRATIONS);
}
