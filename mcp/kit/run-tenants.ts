import { join } from 'node:path';
import { Fault } from './fault.ts';
import type { Logger } from './log.ts';
import { addressOf, type Door, listen, type OverHttp, untilTold } from './over-http.ts';
import type { Postgres } from './postgres.ts';
import { readTenants, type Tenant, tenantOf } from './tenants.ts';
import type { Trail } from './trail.ts';

export interface SourcedTenant extends Tenant {
  readonly id: string;
  /** Another one whenever it was changed. */
  readonly version: string;
}

/** Where tenants come from, and how often it is asked anew. */
export interface TenantSource {
  list(): Promise<readonly SourcedTenant[]>;
  trail(id: string): Trail | undefined;
  /** Milliseconds; without it they are as they were at the start. */
  readonly everyMs?: number;
}

/** Makes what stands behind one tenant's key. Throws `Fault` where its settings cannot be used. */
export type OpenTenant = (tenant: SourcedTenant, stateFolder: string, trail: Trail | undefined) => Door;

/** A tenant that was added, changed or removed in the database is noticed within this time. In ms. */
const TENANTS_MS = 10_000;

/** `file` or `postgres`, not both. Throws `GH_INVALID_INPUT`. */
export async function tenantSource(file: string | undefined, postgres: Postgres | undefined): Promise<TenantSource> {
  if (postgres === undefined) {
    const tenants = readTenants(file ?? '').map(tenant => ({ ...tenant, id: tenant.name.toLowerCase(), version: '' }));
    return { list: async () => tenants, trail: () => undefined };
  }
  if (file)
    throw new Fault('GH_INVALID_INPUT', 'DATABASE_URL and GATEHOUSE_TENANTS both name tenants.', {
      hint: 'Import the file with the task import-tenants, then leave GATEHOUSE_TENANTS out.',
    });
  if ((await postgres.tenants()).length === 0)
    throw new Fault('GH_INVALID_INPUT', 'There are no tenants in the database yet.', {
      hint: 'Name a file of tenants by GATEHOUSE_TENANTS and run the task import-tenants.',
    });
  return { list: () => postgres.tenants(), trail: id => postgres.trail(id), everyMs: TENANTS_MS };
}

/**
 * Several accounts in one process over HTTP, each with its own key, folder, log, limits, breaker and MCP sessions. One whose
 * credentials are refused keeps nobody else out: it says so when it is asked for something.
 */
export async function runTenants(
  openTenant: OpenTenant,
  source: TenantSource,
  options: OverHttp & { readonly stateFolder: string },
  log: Logger,
): Promise<void> {
  if (options.transport === 'stdio')
    throw new Fault('GH_INVALID_INPUT', 'Several tenants cannot share stdio: there is no key in it.', {
      hint: 'Use --transport streamable-http, or leave DATABASE_URL and GATEHOUSE_TENANTS out.',
    });
  type TenantDoor = Door & SourcedTenant;
  const openDoor = (tenant: SourcedTenant): TenantDoor => {
    // By its id: another one that is given its name later finds nothing of it.
    const stateFolder = join(options.stateFolder, 'tenants', tenant.id);
    return { ...tenant, ...openTenant(tenant, stateFolder, source.trail(tenant.id)) };
  };
  const unfit = new Set<string>();
  /** One that cannot be served at all, for a wrong address say, keeps nobody else out; a file is corrected before the start. */
  const tryDoor = (tenant: SourcedTenant): TenantDoor | undefined => {
    try {
      return openDoor(tenant);
    } catch (error) {
      if (source.everyMs === undefined) throw error;
      const mark = `${tenant.id} ${tenant.version}`;
      if (!unfit.has(mark)) log.error('a tenant cannot be served', { tenant: tenant.name, error: String(error) });
      unfit.add(mark);
      return undefined;
    }
  };
  let doors = new Map<string, TenantDoor>();
  /** Whoever is not there any more is not let in any more; whoever was changed begins anew. */
  const refresh = async (): Promise<void> => {
    const tenants = await source.list();
    const open = tenants.flatMap(tenant => {
      const known = doors.get(tenant.id);
      const door = known?.version === tenant.version ? known : tryDoor(tenant);
      return door === undefined ? [] : [[tenant.id, door] as const];
    });
    const before = doors;
    doors = new Map(open);
    await Promise.all(
      [...before].filter(([id, door]) => doors.get(id) !== door).map(([, door]) => door.account.close()),
    );
  };
  await refresh();
  const server = await listen(options, key => tenantOf([...doors.values()], key));
  for (const { account } of doors.values()) account.log.info('listening', { url: addressOf(server, options) });
  // While the database is away, those who are known are let in as before; what they may do then is for the trail to say.
  if (source.everyMs !== undefined)
    setInterval(() => {
      refresh().catch((error: unknown) => log.warn('the tenants could not be read anew', { error: String(error) }));
    }, source.everyMs).unref();
  await untilTold(server);
  await Promise.all([...doors.values()].map(({ account }) => account.close()));
}
