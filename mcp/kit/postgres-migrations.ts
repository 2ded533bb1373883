/** Steps of the schema; only ever appended to. The number of a step is its place, from 1. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE gatehouse.tenants (
    id uuid PRIMARY KEY,
    backend text NOT NULL CHECK (length(backend) <= 40),
    name text NOT NULL CHECK (name ~ '^[A-Za-z0-9_-]{3,100}$'),
    key_sha256 bytea NOT NULL CHECK (length(key_sha256) = 32),
    salt bytea NOT NULL CHECK (length(salt) = 32),
    variables bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
  );
  CREATE UNIQUE INDEX tenants_name ON gatehouse.tenants (backend, lower(name));
  CREATE UNIQUE INDEX tenants_key ON gatehouse.tenants (backend, key_sha256);
  CREATE TABLE gatehouse.trail (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    tenant_id uuid REFERENCES gatehouse.tenants (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL,
    event_type text NOT NULL CHECK (length(event_type) <= 50),
    result text NOT NULL CHECK (result IN ('success', 'failure', 'error')),
    action text NOT NULL,
    metadata jsonb NOT NULL
  );
  CREATE INDEX trail_of_tenant ON gatehouse.trail (tenant_id, number DESC);
  `,
];
