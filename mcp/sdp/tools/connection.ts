import * as z from 'zod';
import type { Outcome } from '../../kit/index.ts';
import { ask, type SdpCall } from '../api.ts';
import { EVENTS, recordOf } from '../journal.ts';
import { SCOPES } from '../scopes.ts';
import { instantOf } from '../values.ts';
import { action, tool, word } from './shared.ts';

/** What can be asked while the sign-in fails: that is when people ask it. */
const local = <const S extends Record<string, z.ZodType>>(
  description: string,
  input: S,
  run: (input: z.output<z.ZodObject<S>>, call: SdpCall) => Outcome | Promise<Outcome>,
  anonymous = true,
) =>
  action({
    description,
    effect: 'read',
    scopes: null,
    input,
    anonymous,
    run: async (given, call) => run(given as never, call),
  });

const iso = (time: number | undefined): string | undefined =>
  time === undefined ? undefined : new Date(time).toISOString();

/** One tenant is one connection: there is nobody else to be named, and no secret is in it. */
function tenant(call: SdpCall): Outcome {
  const { place, tier, auth } = call.state;
  const { state } = auth;
  return {
    data_center: place.dataCentre,
    api_domain: new URL(place.origin).host,
    ...(place.portal === undefined ? {} : { portal: place.portal }),
    status: state.token === 'needs_reauth' ? 'needs_reauth' : 'active',
    rate_limit_tier: tier,
    scopes: auth.scopes ?? 'not told by the vendor and not declared',
    token_state: state.token,
    ...(state.expiresAt === undefined ? {} : { expires_in_s: Math.round((state.expiresAt - call.now()) / 1_000) }),
    refresh_count: state.refreshes,
    ...(state.lastRefreshed === undefined ? {} : { last_refreshed: iso(state.lastRefreshed) }),
    read_only: call.account.readOnly,
  };
}

/** §1.9: warning at 80 %, critical at 95 %. */
function alertOf(share: number): 'ok' | 'warning' | 'critical' {
  return share >= 0.95 ? 'critical' : share >= 0.8 ? 'warning' : 'ok';
}

/** As it is now, by whichever process it was changed. Throws `GH_STORE_DOWN` where that cannot be known. */
async function circuit(call: SdpCall) {
  const client = call.state.client();
  await client.look();
  return client.health().breaker;
}

async function budgets(call: SdpCall): Promise<Outcome> {
  const { limiter, auth, tier } = call.state;
  const { budget } = auth.state;
  return {
    tier,
    windows: (await limiter.state()).map(({ capacity, windowMs, left }) => ({
      window_s: windowMs / 1_000,
      limit: capacity,
      used: capacity - left,
      percent: Math.round(((capacity - left) / capacity) * 100),
      alert: alertOf((capacity - left) / capacity),
    })),
    tokens: { used: budget.used, limit: budget.of, window_s: 600, wait_s: Math.ceil(budget.waitMs / 1_000) },
    circuit: await circuit(call),
  };
}

async function probe(call: SdpCall): Promise<Outcome> {
  const began = call.now();
  await ask(call, {
    path: '/requests',
    input: { list_info: { row_count: 1, start_index: 1 } },
    purpose: 'Testing the connection',
  });
  return { ok: true, latency_ms: call.now() - began };
}

async function health(probing: boolean, call: SdpCall): Promise<Outcome> {
  const { auth, client, journal } = call.state;
  // A trail that is away is told by its own check; the health itself must still be told.
  const known = await journal.trail.find({ limit: 50, offset: 0 }).catch(() => undefined);
  const recent = known?.entries.filter(({ event }) => event !== 'api.request') ?? [];
  const failures = recent.filter(({ result }) => result === 'failure').length;
  const token =
    auth.state.token === 'needs_reauth' ? 'unhealthy' : auth.state.budget.waitMs > 0 ? 'degraded' : 'healthy';
  const state = await circuit(call).catch(() => undefined);
  const words = { closed: 'healthy', 'half-open': 'degraded', open: 'unhealthy' } as const;
  const checks = {
    token,
    // What cannot be asked for is told as such, not as it was.
    circuit: state === undefined ? 'unhealthy' : words[state],
    rate_limit: (client().health().budgetLeft ?? 1) > 0 ? 'healthy' : 'degraded',
    audit: known === undefined ? 'unhealthy' : journal.waiting > 0 ? 'degraded' : 'healthy',
    errors: recent.length > 4 && failures / recent.length > 0.5 ? 'degraded' : 'healthy',
    ...(probing ? { probe: (await probe(call)).ok === true ? 'healthy' : 'unhealthy' } : {}),
  };
  const found = Object.values(checks);
  const status = found.includes('unhealthy') ? 'unhealthy' : found.includes('degraded') ? 'degraded' : 'healthy';
  const last = recent.find(({ result }) => result === 'failure');
  return { status, checks, ...(last === undefined ? {} : { last_error: recordOf(last) }) };
}

export const connection = tool({
  name: 'connection',
  title: 'This connection',
  description:
    'The tenant behind this connection: health, limits, token, scopes. Credentials are entered in Gatehouse.',
  actions: {
    list_tenants: local('Lists the one tenant that this connection reaches.', {}, (_input, call) => ({
      items: [tenant(call)],
    })),
    get_tenant: local('Shows the tenant.', {}, (_input, call) => ({ tenant: tenant(call) })),
    test_tenant_connection: local('Asks the vendor for one request.', {}, (_input, call) => probe(call)),
    get_tenant_health: local('Shows the health, part by part.', { probe: z.boolean().default(false) }, (input, call) =>
      health(input.probe, call),
    ),
    get_rate_limit_status: local('Shows what is used of the limits, and the circuit breaker.', {}, (_input, call) =>
      budgets(call),
    ),
    get_circuit_status: local('Shows the circuit breaker.', {}, async (_input, call) => ({
      service: 'api',
      state: await circuit(call),
    })),
    reset_circuit: action({
      description: 'Closes the circuit breaker.',
      effect: 'write',
      scopes: null,
      anonymous: true,
      idempotent: true,
      input: {},
      run: async (_input, call) => {
        await call.state.client().closeBreaker();
        return { state: call.state.client().health().breaker };
      },
    }),
    refresh_tenant_token: action({
      description: 'Asks for a new access token, within the budget.',
      effect: 'write',
      scopes: null,
      anonymous: true,
      input: {},
      run: async (_input, call) => {
        await call.state.auth.renew();
        return { expires_at: iso(call.state.auth.state.expiresAt), tokens: call.state.auth.state.budget };
      },
    }),
    get_audit_log: local(
      'Shows what was asked of the vendor: on its own since it was first used, in Gatehouse since the start (its history has the rest).',
      {
        event_type: z.enum(EVENTS).optional(),
        since: word.optional(),
        until: word.optional(),
        limit: z.int().min(1).max(100).default(50),
        offset: z.int().min(0).default(0),
      },
      async ({ event_type, since, until, limit, offset }, call) => {
        const { entries, total } = await call.state.journal.trail.find({
          event: event_type,
          since: since === undefined ? undefined : instantOf(since, 'since'),
          until: until === undefined ? undefined : instantOf(until, 'until'),
          limit,
          offset,
        });
        return { items: entries.map(recordOf), total_count: total };
      },
    ),
    list_available_scopes: local(
      'Lists scopes, and which actions they allow.',
      {},
      (_input, call) => {
        const { account } = call;
        const granted = account.scopes;
        const actions = account.tools.flatMap(({ name, actions }) =>
          actions.map(one => ({ action: one, allowed: account.permits(name, one) })),
        );
        const names = (allowed: boolean) => actions.filter(one => one.allowed === allowed).map(({ action }) => action);
        return {
          granted: granted ?? 'not told by the vendor and not declared',
          missing:
            granted === null
              ? []
              : SCOPES.map(({ name }) => name).filter(name => !granted.includes(name) && name.endsWith('.ALL')),
          enabled_count: names(true).length,
          disabled: names(false),
        };
      },
      false,
    ),
  },
});
