import type { Catalog, CatalogTool } from '../../kit/index.ts';
import { isItem } from '../reply.ts';

/** OpenAPI 3.1, whose schemas are JSON Schema 2020-12: those of the catalogue go in as they are. */
export function openApi(catalog: Catalog) {
  const { title, version, description, tools, resources } = catalog;
  const operation = (operationId: string, summary: string, more: object = {}) => ({
    operationId,
    summary,
    ...more,
    responses: {
      200: { description: 'What was asked for', ...JSON_BODY },
      default: { description: 'A refusal: detail says why', content: refusal },
    },
  });
  const anybody = { security: [] };
  const reads = resources.map(({ name, description: summary }) => {
    const tool = tools.find(one => one.name.toLowerCase() === `getmcpresources${name}`);
    return [`/mcp/resources/${name}`, { get: operation(`resource_${name}`, summary, { parameters: queryOf(tool) }) }];
  });
  const calls = tools.map(({ name, description: summary, inputSchema }) => [
    `/mcp/tools/${name}`,
    { post: operation(name, summary, { requestBody: bodyOf(inputSchema) }) },
  ]);
  return {
    openapi: '3.1.0',
    info: { title, version, description },
    security: [{ key: [] }],
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'The key of this server, where it was started with one.' },
      },
    },
    paths: {
      '/': { get: operation('root', 'What this server is', anybody) },
      '/health': { get: operation('health', 'Whether it is up', anybody) },
      '/mcp': { post: operation('mcp', 'MCP over Streamable HTTP', { requestBody: { required: true, ...JSON_BODY } }) },
      '/mcp/resources': { get: operation('resources', 'The resources') },
      ...Object.fromEntries(reads),
      '/mcp/tools': { get: operation('tools', 'The tools that may be used') },
      ...Object.fromEntries(calls),
    },
  };
}

export type OpenApi = ReturnType<typeof openApi>;

const JSON_BODY = { content: { 'application/json': { schema: { type: 'object' } } } };
const refusal = {
  'application/json': {
    schema: {
      type: 'object',
      properties: { detail: { type: 'string' }, code: { type: 'string' }, hint: { type: 'string' } },
      required: ['detail'],
    },
  },
};

function queryOf(tool: CatalogTool | undefined) {
  const properties = isItem(tool?.inputSchema.properties) ? tool.inputSchema.properties : {};
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: false, schema }));
}

function bodyOf(inputSchema: CatalogTool['inputSchema']) {
  const schema = { type: 'object', properties: { arguments: inputSchema }, required: ['arguments'] };
  return { required: true, content: { 'application/json': { schema } } };
}
