import {
  type Account,
  type CallOptions,
  type Catalog,
  type CatalogTool,
  Fault,
  type RestAnswer,
  type RestRequest,
  type RestSurface,
  typed,
} from '../../kit/index.ts';
import { isItem } from '../reply.ts';
import { health, resourceList, root, toolList } from './discovery.ts';
import { openApi } from './openapi.ts';
import { answerOf, refusal } from './outcome.ts';
import { page } from './page.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Requests of one user on one route within a minute. */
const READS = 60;
const WRITES = 10;
/** All tools are one route there. */
const MCP_SHARE = 5;
const WRITING = /deploy|rollback/i;
/** Where logs and metrics are, and the tools that read them. */
const RESOURCES: ReadonlyMap<string, string> = new Map([
  ['logs', 'getMcpResourcesLogs'],
  ['metrics', 'getMcpResourcesMetrics'],
]);

/** The REST routes of the original server (fact sheet §4.2), with its answers as the contract has them. */
export function restOf(env: Env, catalog: Catalog): RestSurface {
  const [reads, writes] = [
    numberIn(env, 'LIGHT_DEVOPS_HTTP_READS', READS),
    numberIn(env, 'LIGHT_DEVOPS_HTTP_WRITES', WRITES),
  ];
  const document = openApi(catalog);
  const isThroughGateway = /^(1|true|yes|on)$/i.test(env.CEQUENCE_ENABLED ?? '');
  const open: ReadonlyMap<string, () => unknown> = new Map<string, () => unknown>([
    ['/', () => root(catalog)],
    ['/health', () => health(catalog)],
    ['/openapi.json', () => document],
    ['/docs', () => page(document)],
  ]);
  return {
    origins: originsIn(env.LIGHT_DEVOPS_CORS_ORIGINS),
    limit: (method, path) =>
      method === 'POST' && WRITING.test(path)
        ? { route: 'writes', perMinute: writes }
        : { route: routeOf(catalog, path), perMinute: path === '/mcp' ? reads * MCP_SHARE : reads },
    open({ method, path }) {
      const found = method === 'GET' ? open.get(path) : undefined;
      return found === undefined ? undefined : { status: 200, body: found() };
    },
    async answer(request, account, options) {
      const began = performance.now();
      const answer = await answered(request, account, options, isThroughGateway);
      return answer === undefined
        ? undefined
        : { ...answer, headers: { ...answer.headers, ...facts(began, isThroughGateway) } };
    },
  };
}

async function answered(
  { method, path, query, headers, body }: RestRequest,
  account: Account,
  options: CallOptions,
  isThroughGateway: boolean,
): Promise<RestAnswer | undefined> {
  const { catalog } = account;
  // §7.1: a gateway that leads back here would go round without end.
  if (Number(headers['x-gatehouse-hop'] ?? 0) > (isThroughGateway ? 0 : 1))
    return refusal(508, 'The request went round in a loop: the gateway leads back to this server.');
  if (method === 'GET' && path === '/mcp/resources') return { status: 200, body: resourceList(catalog) };
  if (method === 'GET' && path === '/mcp/tools') return { status: 200, body: toolList(account) };
  const [, resource] = /^\/mcp\/resources\/([^/]+)$/.exec(path) ?? [];
  if (method === 'GET' && resource !== undefined) {
    const tool = toolNamed(catalog, RESOURCES.get(resource));
    if (tool === undefined) return refusal(404, `Resource not found: ${resource}`);
    return await call(account, tool, inputFrom(query, tool), options, 'resource');
  }
  if (!path.startsWith('/mcp/tools/')) return undefined;
  if (method !== 'POST') return refusal(405, 'Tools are called with POST.', { allow: 'POST' });
  const tool = toolIn(catalog, path);
  if (tool === undefined) return refusal(404, `Tool not found: ${path.slice('/mcp/tools/'.length)}`);
  return await call(account, tool, argumentsIn(body), options, 'tool');
}

async function call(
  account: Account,
  tool: CatalogTool,
  input: Readonly<Record<string, unknown>>,
  options: CallOptions,
  kind: 'tool' | 'resource',
): Promise<RestAnswer> {
  const [action] = tool.actions;
  if (action === undefined) return refusal(404, `Tool not found: ${tool.name}`);
  return answerOf(await account.call(tool, action, input, options), kind);
}

/** Whatever is no route of ours counts as one: names that are made up must not fill the memory. */
function routeOf(catalog: Catalog, path: string): string {
  const tool = toolIn(catalog, path) ?? toolNamed(catalog, RESOURCES.get(path.replace('/mcp/resources/', '')));
  return tool?.name ?? (path === '/mcp' ? path : 'others');
}

function toolNamed({ tools }: Catalog, name: string | undefined): CatalogTool | undefined {
  return tools.find(tool => tool.name === name);
}

function toolIn(catalog: Catalog, path: string): CatalogTool | undefined {
  return toolNamed(catalog, /^\/mcp\/tools\/([^/]+)$/.exec(path)?.[1]);
}

/** `{"arguments": {…}}`, `{"params": {"arguments": {…}}}` or the arguments themselves (§4.1). */
function argumentsIn(body: unknown): Readonly<Record<string, unknown>> {
  if (body === undefined) return {};
  if (!isItem(body)) throw new Fault('GH_INVALID_INPUT', 'The body must be an object with the arguments.');
  const outer = isItem(body.params) ? body.params : body;
  return isItem(outer.arguments) ? outer.arguments : outer;
}

function inputFrom(query: URLSearchParams, { inputSchema }: CatalogTool): Readonly<Record<string, unknown>> {
  const { properties } = inputSchema;
  const typeOf = (name: string): unknown => {
    const schema = isItem(properties) ? properties[name] : undefined;
    return isItem(schema) ? schema.type : undefined;
  };
  const names = [...query.keys()];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Fault('GH_INVALID_INPUT', `${twice} stands twice in the address.`);
  return Object.fromEntries([...query].map(([name, value]) => [name, typed(value, typeOf(name))]));
}

/** The original's headers (§4.1). */
function facts(began: number, isThroughGateway: boolean): Readonly<Record<string, string>> {
  return {
    'x-gateway-type': isThroughGateway ? 'cequence' : 'direct',
    'x-gateway-enabled': String(isThroughGateway),
    'x-process-time': ((performance.now() - began) / 1_000).toFixed(3),
    'x-timestamp': new Date().toISOString(),
  };
}

/** Exact origins, with commas between them. Throws `GH_INVALID_INPUT`. */
function originsIn(text = ''): readonly string[] {
  const origins = text
    .split(',')
    .map(one => one.trim())
    .filter(Boolean);
  const wrong = origins.find(one => !URL.canParse(one) || new URL(one).origin !== one);
  if (wrong === undefined) return origins;
  throw new Fault('GH_INVALID_INPUT', `LIGHT_DEVOPS_CORS_ORIGINS: ${wrong} is not an origin.`, {
    hint: 'Name each one, such as https://console.example.com; there is no "any".',
  });
}

function numberIn(env: Env, name: string, otherwise: number): number {
  const number = Number(env[name] || otherwise);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Fault('GH_INVALID_INPUT', `${name} is not a number above 0: ${env[name]}`);
}
