import { type Account, type Catalog, presentFlat } from '../../kit/index.ts';

const NAME = 'DevOps MCP HTTP Server';

/** §4.2, for those who look whether it lives: says nothing of the account. */
export function health({ version }: Catalog) {
  return { status: 'healthy', service: 'devops-mcp-server', version };
}

export function root({ version, tools, resources, description }: Catalog) {
  const named = (all: readonly { readonly name: string; readonly description: string }[]) =>
    Object.fromEntries(all.map(one => [one.name, one.description]));
  return {
    name: NAME,
    version,
    protocol: 'MCP over HTTP',
    description,
    capabilities: { resources: true, tools: true, streaming: true },
    resources: named(resources),
    tools: named(tools),
    endpoints: {
      mcp: '/mcp',
      health: '/health',
      resources: '/mcp/resources',
      logs: '/mcp/resources/logs',
      metrics: '/mcp/resources/metrics',
      tools: '/mcp/tools',
      call: '/mcp/tools/{name}',
      openapi: '/openapi.json',
      docs: '/docs',
    },
  };
}

export function resourceList({ resources }: Catalog) {
  const shown = resources.map(({ uri, name, description, mimeType, filters = [], watched = false }) => ({
    uri: name,
    mcp_uri: uri,
    name,
    description,
    mimeType,
    capabilities: { filtering: filters.map(filter => filter.name), pagination: false, real_time: watched },
    filters: {},
  }));
  return { resources: shown, total: shown.length, capabilities: null };
}

/** The tools that this account may use. */
export function toolList({ catalog, info }: Account) {
  const tools = catalog.tools.flatMap(tool => presentFlat(tool, action => info.permits(tool.name, action.name)));
  return { tools: tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })) };
}
