import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogOf } from '../kit/derive.ts';
import { devops } from './index.ts';

const catalog = catalogOf(devops);

/** The numbers in titles such as 'defect 7: …'. */
function numbersInTitles(word: string): number[] {
  const files = readdirSync(import.meta.dirname).filter(name => name.endsWith('.test.ts'));
  const text = files.map(name => readFileSync(`${import.meta.dirname}/${name}`, 'utf8')).join('\n');
  const found = text.matchAll(new RegExp(`['"\`]${word} (\\d+): `, 'g'));
  return [...new Set([...found].map(([, number]) => Number(number)))].sort((a, b) => a - b);
}

describe('the tests', () => {
  it('show for all 27 defects of the sheet that they are avoided', () => {
    expect(numbersInTitles('defect')).toEqual(Array.from({ length: 27 }, (_, index) => index + 1));
  });
});

describe('the catalogue', () => {
  it('has the twelve tools of the original, with the parameters of §3.2', () => {
    const shown = catalog.tools.map(({ name, actions: [action] }) => [
      name,
      action?.effect,
      action?.parameters.map(parameter => parameter + (action.required.includes(parameter) ? '*' : '')).join(' '),
    ]);
    const logs = 'level limit since service';
    const metrics = 'limit service metric_type time_range';
    expect(shown).toEqual([
      ['deploy_service', 'destructive', 'service_name* version* environment*'],
      ['rollback_deployment', 'destructive', 'deployment_id* reason* environment*'],
      ['authenticate_user', 'read', 'session_token refresh_token'],
      ['getMcpResourcesLogs', 'read', logs],
      ['getMcpResourcesMetrics', 'read', metrics],
      ['postMcpToolsDeployService', 'destructive', 'service_name* version* environment*'],
      ['postMcpToolsRollbackDeployment', 'destructive', 'deployment_id* reason* environment*'],
      ['postMcpToolsAuthenticateUser', 'read', 'session_token refresh_token'],
      ['get', 'read', ''],
      ['getMcpResources', 'read', ''],
      ['getMcpTools', 'read', ''],
      ['getMcpResourcesByPath', 'read', 'resource_path* level since limit service metric_type time_range'],
    ]);
    for (const { inputSchema, actions } of catalog.tools) {
      expect(inputSchema.additionalProperties).toBe(false);
      expect(actions[0]?.idempotent).toBe(actions[0]?.effect === 'read');
    }
  });

  it('names the environments in the schema, and marks tokens as secret', () => {
    const [deploy] = catalog.tools;
    expect(deploy?.inputSchema).toMatchObject({
      properties: { environment: { enum: ['development', 'staging', 'production'] } },
    });
    const signIn = catalog.tools.find(({ name }) => name === 'authenticate_user')?.actions[0];
    expect(signIn?.secretParameters).toEqual(expect.arrayContaining(['session_token', 'refresh_token']));
  });

  it('has the variables of the original, and no default address', () => {
    const api = catalog.settings.find(({ variable }) => variable === 'LIGHT_DEVOPS_API_URL');
    expect(api?.default).toBeUndefined();
    const variables = [...catalog.settings, ...catalog.credentials].flatMap(one => [
      one.variable,
      ...(one.otherVariables ?? []),
    ]);
    for (const name of [
      'CEQUENCE_ENABLED',
      'CEQUENCE_GATEWAY_URL',
      'DESCOPE_PROJECT_ID',
      'DESCOPE_AUDIENCE',
      'DD_API_KEY',
    ])
      expect(variables).toContain(name);
    expect(devops.readOnlyVariable).toBe('LIGHT_DEVOPS_READ_ONLY');
  });

  it('derives addresses: the region of a long project id, the site of Datadog', () => {
    const projectId = 'Peuc12aaaaaaaaaaaaaaaaaaaaaaaaaaaa';
    expect(devops.address({ projectId, datadogSite: 'datadoghq.eu', apiUrl: 'https://devops.test//' })).toEqual({
      baseUrl: 'https://devops.test',
      hosts: ['devops.test', 'api.euc1.descope.com', 'api.datadoghq.eu'],
    });
  });
});
