import { randomUUID } from 'node:crypto';
import {
  createRandom,
  jsonAnswer,
  Refusal,
  type Route,
  type SandboxAnswer,
  type SandboxRequest,
  type Switches,
} from '../../kit/sandbox.ts';
import type { Claims, Keys } from './jwt.ts';
import { ROLES, rightsOf } from './people.ts';
import { type Deployment, historyUntil, logsUntil, METRICS, pointsOf, type Rollback, SERVICES } from './story.ts';
import type { DevopsSwitches } from './switches.ts';

/** §4.6: what runs is over after this time. In ms. */
const RUN_MS = 20_000;

interface Caller {
  readonly id: string;
  readonly rights: readonly string[];
}

type Body = Readonly<Record<string, unknown>>;

export function platformAnswer(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
  const challenge = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  return jsonAnswer(status, { detail }, { ...challenge, ...headers });
}

/** The platform of §4, which records what it did: no executor stands behind it. */
export function createPlatform(keys: Keys, now: () => number, switches: Switches<DevopsSwitches>) {
  const { deployments, rollbacks } = historyUntil(now());
  const answered = new Map<string, { readonly body: string; readonly answer: SandboxAnswer }>();
  const random = createRandom('devops', 'outcomes');
  /** How often a deploy or a rollback was carried out. */
  let writes = 0;
  const iso = (time = now()): string => new Date(time).toISOString();
  const asBuilt = (): boolean => switches.current.platform === 'as-built';

  const callerOf = ({ headers }: SandboxRequest): Caller => {
    const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
    if (token === undefined && switches.current.anonymous) return { id: 'anonymous', rights: ROLES.anonymous ?? [] };
    if (token === undefined) throw new Refusal(401, 'Authentication required - no session token provided');
    const claims: Claims | undefined = keys.verified(token);
    if (claims === undefined || claims.drn === 'DSR' || Number(claims.exp) * 1_000 <= now())
      throw new Refusal(401, 'Session validation error: token is not valid');
    return { id: String(claims.dsub ?? claims.sub), rights: rightsOf(claims) };
  };
  const need = (request: SandboxRequest, rights: readonly string[], what: string): Caller => {
    if (Number(request.headers['x-gatehouse-hop'] ?? 0) > 1) throw new Refusal(508, 'The request went round in a loop');
    const caller = callerOf(request);
    if (rights.length > 0 && !rights.some(right => caller.rights.includes(right)))
      throw new Refusal(403, `Insufficient permissions to ${what}`);
    return caller;
  };

  const settle = (): void => {
    for (const one of [...deployments, ...rollbacks])
      if (one.status === 'IN_PROGRESS' && now() - Date.parse(one.timestamp) >= RUN_MS) {
        one.status = 'SUCCESS';
        one.updated_at = iso();
      }
  };

  const outcome = (): string => {
    const [next, ...outcomes] = switches.current.outcomes;
    switches.set({ outcomes });
    if (next !== undefined) return next;
    return asBuilt() && random() < 0.15 ? 'FAILED' : 'SUCCESS';
  };

  const deploy = (request: SandboxRequest): SandboxAnswer => {
    const body = argumentsOf(request);
    const allowed = asBuilt() ? ['dev', 'staging', 'production', 'prod'] : ['development', 'staging', 'production'];
    const environment = checked(body, ['service_name', 'version', 'environment'], allowed);
    const either = ['deploy_staging', 'deploy_production'];
    const rights = environment === 'development' ? either : [`deploy_${environment}`];
    // The original looks at two exact words alone: `prod` and `dev` pass unchecked (§8 number 8).
    const known = ['staging', 'production', 'development'].includes(environment);
    const caller = need(request, known ? rights : [], `deploy to ${environment}`);
    return once(request, body, key => {
      const mine = (one: Deployment): boolean =>
        one.service_name === body.service_name && one.environment === environment;
      if (!asBuilt() && deployments.some(one => mine(one) && one.status === 'IN_PROGRESS'))
        throw new Refusal(409, `Another deployment of ${body.service_name} to ${environment} is in progress`);
      writes += 1;
      const before = deployments.find(one => mine(one) && one.status === 'SUCCESS');
      const record: Deployment = {
        deployment_id: randomUUID(),
        service_name: String(body.service_name),
        version: String(body.version),
        environment,
        status: outcome(),
        timestamp: iso(),
        deployed_by: caller.id,
        previous_version: before === undefined ? null : runningVersion(before, rollbacks),
        rolled_back_by: null,
        updated_at: iso(),
        idempotency_key: key ?? null,
      };
      deployments.unshift(record);
      const words: Readonly<Record<string, string>> = { SUCCESS: 'is live in', FAILED: 'did not become healthy in' };
      const message = `${record.version} ${words[record.status] ?? 'is on its way to'} ${environment}`;
      const { idempotency_key: _key, rolled_back_by: _by, updated_at: _at, ...deployment } = record;
      return wrote('deploy_service', record.status, `/mcp/deployments/${record.deployment_id}`, {
        deployment,
        message: `${record.service_name} ${message}`,
        metadata: {
          deployment_id: record.deployment_id,
          timestamp: record.timestamp,
          environment,
          service_type: 'standard',
        },
      });
    });
  };

  const rollback = (request: SandboxRequest): SandboxAnswer => {
    const body = argumentsOf(request);
    const environment = checked(body, ['deployment_id', 'reason', 'environment'], ['staging', 'production']);
    const reason = String(body.reason);
    if (reason.trim().length < 5) throw new Refusal(400, 'Reason must be at least 5 characters');
    const caller = need(request, [`rollback_${environment}`], `rollback in ${environment}`);
    return once(request, body, key => {
      const target = asBuilt() ? undefined : rollable(String(body.deployment_id), environment);
      writes += 1;
      const record: Rollback = {
        rollback_id: randomUUID(),
        deployment_id: String(body.deployment_id),
        status: outcome(),
        reason,
        environment,
        timestamp: iso(),
        rolled_back_by: caller.id,
        previous_version: target?.previous_version ?? '',
        updated_at: iso(),
        idempotency_key: key ?? null,
      };
      rollbacks.unshift(record);
      if (target !== undefined && record.status !== 'FAILED') target.rolled_back_by = record.rollback_id;
      const { idempotency_key: _key, updated_at: _at, ...told } = record;
      return wrote('rollback_deployment', record.status, `/mcp/rollbacks/${record.rollback_id}`, {
        rollback: told,
        message: { SUCCESS: 'rolled back', FAILED: 'the rollback failed' }[record.status] ?? 'rollback started',
        metadata: {
          rollback_id: record.rollback_id,
          deployment_id: record.deployment_id,
          timestamp: record.timestamp,
          environment,
          reason_type: 'standard',
        },
      });
    });
  };

  const rollable = (id: string, environment: string): Deployment => {
    const found = deployments.find(one => one.deployment_id === id);
    if (found === undefined) throw new Refusal(404, `Deployment not found: ${id}`);
    if (found.environment !== environment)
      throw new Refusal(409, `Deployment ${id} is in ${found.environment}, not in ${environment}`);
    if (found.status === 'IN_PROGRESS') throw new Refusal(409, `Deployment ${id} is still in progress`);
    if (found.rolled_back_by !== null) throw new Refusal(409, `Deployment ${id} was already rolled back`);
    if (found.previous_version === null) throw new Refusal(409, `There is nothing older than ${found.version}`);
    return found;
  };

  /** One effect for one key (§4.1). */
  const once = (
    request: SandboxRequest,
    body: Body,
    act: (key: string | undefined) => SandboxAnswer,
  ): SandboxAnswer => {
    settle();
    const key = String(request.headers['idempotency-key'] ?? '') || undefined;
    const known = key !== undefined && switches.current.idempotency ? answered.get(key) : undefined;
    const text = JSON.stringify(body);
    if (known !== undefined && known.body !== text)
      throw new Refusal(409, 'This Idempotency-Key was used with another body');
    if (known !== undefined)
      return { ...known.answer, headers: { ...known.answer.headers, 'idempotent-replay': 'true' } };
    const answer = act(key);
    if (key !== undefined) answered.set(key, { body: text, answer });
    return answer;
  };
  const wrote = (tool: string, status: string, location: string, result: Body): SandboxAnswer => {
    const success = status !== 'FAILED';
    const body = { tool, success: asBuilt() || success, result: { success, ...result } };
    return status === 'IN_PROGRESS' && !asBuilt() ? jsonAnswer(202, body, { location }) : jsonAnswer(200, body);
  };

  const listing =
    (name: 'deployments' | 'rollbacks') =>
    (request: SandboxRequest): SandboxAnswer => {
      need(request, [`read_${name}`], `read ${name}`);
      settle();
      const { query } = request;
      const filters = ['environment', 'service_name', 'status', 'idempotency_key'].filter(one => query.get(one));
      const all: readonly (Deployment | Rollback)[] = name === 'deployments' ? deployments : rollbacks;
      const rows = all
        .filter(row => filters.every(one => (row as unknown as Body)[one] === query.get(one)))
        .slice(0, Number(query.get('limit') ?? 50));
      return jsonAnswer(200, {
        success: true,
        [name]: rows,
        count: rows.length,
        message: `${rows.length} ${name}`,
        metadata: { timestamp: iso(), [`total_${name}`]: rows.length },
      });
    };
  const one =
    (name: 'deployments' | 'rollbacks', id: 'deployment_id' | 'rollback_id', verb: string) =>
    (request: SandboxRequest): SandboxAnswer => {
      const caller = callerOf(request);
      settle();
      const all: readonly (Deployment | Rollback)[] = name === 'deployments' ? deployments : rollbacks;
      const found = all.find(row => (row as unknown as Body)[id] === request.params.id) as unknown as Body | undefined;
      const own = [found?.deployed_by, found?.rolled_back_by].includes(caller.id);
      const may = own && caller.rights.some(right => right.startsWith(`${verb}_`));
      if (!may) need(request, [`read_${name}`], `read ${name}`);
      if (found === undefined) throw new Refusal(404, `Not found: ${request.params.id}`);
      return jsonAnswer(200, found);
    };

  const list = (uri: string, filters: Body, data: readonly unknown[]): SandboxAnswer =>
    jsonAnswer(200, {
      success: true,
      message: null,
      timestamp: iso(),
      uri,
      type: uri,
      count: data.length,
      filters,
      data,
      loading: false,
      pagination: null,
    });

  const listed =
    (body: object) =>
    (request: SandboxRequest): SandboxAnswer => {
      need(request, [], '');
      return jsonAnswer(200, body);
    };
  const logs = (request: SandboxRequest): SandboxAnswer => {
    need(request, ['read_logs'], 'read logs');
    const { level, service, limit, since } = Object.fromEntries(request.query);
    if (asBuilt()) return list('logs', { level, limit: 100, since, service }, mockLogs(iso()));
    const rows = logsUntil(now())
      .map(row => ({
        level: levelOf(row.status),
        message: row.message,
        timestamp: iso(row.time),
        source: 'nodejs',
        service: row.service,
        user_id: (row.attributes.usr as Body).id,
        request_id: row.attributes.request_id,
        is_loading: false,
      }))
      .filter(row => (level ?? row.level) === row.level && (service ?? row.service) === row.service)
      .filter(row => since === undefined || Date.parse(row.timestamp) >= Date.parse(since));
    return list('logs', { level, limit: Number(limit ?? 100), since, service }, rows.slice(0, Number(limit ?? 100)));
  };

  const metrics = (request: SandboxRequest): SandboxAnswer => {
    need(request, ['read_metrics'], 'read metrics');
    const { service = 'orders', metric_type: type = '', limit = '50' } = Object.fromEntries(request.query);
    const rows = METRICS.filter(({ name }) => !name.startsWith('system.') && name.includes(type.toLowerCase())).flatMap(
      kind => {
        const last = pointsOf(kind, service, now(), now() - 3_600_000, now()).findLast(([, value]) => value !== null);
        const entry = { name: kind.name, value: last?.[1], unit: kind.unit, timestamp: iso(last?.[0]), service };
        return last === undefined ? [] : [{ ...entry, tags: { env: 'prod' }, is_loading: false }];
      },
    );
    return list('metrics', { service, metric_type: type, limit: Number(limit) }, rows.slice(0, Number(limit)));
  };

  const routes: readonly Route[] = [
    {
      method: 'GET',
      path: '/health',
      handle: () => jsonAnswer(200, { status: 'healthy', service: 'devops-mcp-server', version: '1.0.0' }),
    },
    { method: 'GET', path: '/', handle: () => jsonAnswer(200, rootOf(switches.current.idempotency && !asBuilt())) },
    { method: 'GET', path: '/mcp/resources', handle: listed(RESOURCES) },
    {
      method: 'GET',
      path: '/mcp/tools',
      handle: listed({ tools: TOOLS }),
    },
    { method: 'GET', path: '/mcp/resources/logs', handle: logs },
    { method: 'GET', path: '/mcp/resources/metrics', handle: metrics },
    { method: 'POST', path: '/mcp/tools/deploy_service', handle: deploy },
    { method: 'POST', path: '/mcp/tools/rollback_deployment', handle: rollback },
    { method: 'GET', path: '/mcp/deployments', handle: listing('deployments') },
    { method: 'GET', path: '/mcp/deployments/{id}', handle: one('deployments', 'deployment_id', 'deploy') },
    { method: 'GET', path: '/mcp/rollbacks', handle: listing('rollbacks') },
    { method: 'GET', path: '/mcp/rollbacks/{id}', handle: one('rollbacks', 'rollback_id', 'rollback') },
  ];
  return {
    routes,
    deployments,
    rollbacks,
    get writes() {
      return writes;
    },
  };
}

/** After a rollback the version before it runs. */
function runningVersion(last: Deployment, rollbacks: readonly Rollback[]): string {
  return rollbacks.find(({ rollback_id: id }) => id === last.rolled_back_by)?.previous_version ?? last.version;
}

function argumentsOf({ body }: SandboxRequest): Body {
  try {
    const { arguments: inner, params, ...flat } = JSON.parse(body.toString());
    return inner ?? params?.arguments ?? flat;
  } catch {
    throw new Refusal(400, 'Malformed JSON');
  }
}

function checked(body: Body, names: readonly string[], environments: readonly string[]): string {
  const missing = names.filter(name => typeof body[name] !== 'string' || body[name] === '');
  if (missing.length > 0) throw new Refusal(400, `Missing required parameters: ${missing.join(', ')}`);
  const environment = String(body.environment);
  if (!environments.includes(environment))
    throw new Refusal(400, `Invalid environment. Must be one of: ${environments.join(', ')}`);
  return environment;
}

function levelOf(status: string): string {
  if (['emergency', 'alert', 'critical', 'error'].includes(status)) return 'ERROR';
  if (status.startsWith('warn')) return 'WARN';
  return status === 'debug' ? 'DEBUG' : 'INFO';
}

/** §8 number 3: what the original shows when it has nothing. */
function mockLogs(timestamp: string) {
  return SERVICES.map(service => ({
    level: 'INFO',
    message: `MOCK: ${service} is fine`,
    timestamp,
    source: 'system',
    service,
    is_loading: false,
  }));
}

const RESOURCES = {
  resources: ['logs', 'metrics'].map(name => ({
    uri: name,
    name,
    description: `The ${name} of the services`,
    mimeType: 'application/json',
    capabilities: { filtering: ['service', 'limit'], pagination: false, real_time: false },
    filters: {},
  })),
  total: 2,
  capabilities: null,
};

/** The original lists five of its tools (§8 number 25). */
const TOOLS = [
  'deploy_service',
  'rollback_deployment',
  'authenticate_user',
  'getMcpResourcesLogs',
  'getMcpResourcesMetrics',
].map(name => ({ name, description: name, inputSchema: { type: 'object' } }));

function rootOf(idempotency: boolean) {
  return {
    name: 'DevOps MCP HTTP Server',
    version: '1.0.0',
    protocol: 'MCP over HTTP',
    description: 'A stand-in made by Gatehouse: nothing is deployed',
    capabilities: { resources: true, tools: true, streaming: false, idempotency },
    resources: { logs: 'logs', metrics: 'metrics' },
    tools: { deploy_service: 'deploy', rollback_deployment: 'rollback', authenticate_user: 'sign in' },
    endpoints: {},
  };
}
