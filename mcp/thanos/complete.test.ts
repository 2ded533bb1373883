import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogOf } from '../kit/derive.ts';
import { thanos } from './index.ts';

const catalog = catalogOf(thanos);

/** The numbers in titles such as 'defect 7: …'. */
function numbersInTitles(word: string): number[] {
  const files = readdirSync(import.meta.dirname).filter(name => name.endsWith('.test.ts'));
  const text = files.map(name => readFileSync(`${import.meta.dirname}/${name}`, 'utf8')).join('\n');
  const found = text.matchAll(new RegExp(`['"\`]${word} (\\d+): `, 'g'));
  return [...new Set([...found].map(([, number]) => Number(number)))].sort((a, b) => a - b);
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

describe('the tests', () => {
  it('show for all 18 defects of the sheet that they are avoided', () => {
    expect(numbersInTitles('defect')).toEqual(upTo(18));
  });

  it('put all 7 example questions of the original', () => {
    expect(numbersInTitles('question')).toEqual(upTo(7));
  });
});

describe('the catalogue', () => {
  it('has the seven tools of the original under their names, with the parameters of §2', () => {
    const shown = catalog.tools.map(({ name, actions: [action] }) => [
      name,
      action?.effect,
      action?.parameters.map(parameter => parameter + (action.required.includes(parameter) ? '*' : '')).join(' '),
    ]);
    expect(shown).toEqual([
      ['list_resources', 'read', 'tenant_id* compliance_status resource_type snapshot_key min_drift limit'],
      ['get_findings', 'read', 'tenant_id* severity resource_type scope limit cursor'],
      ['get_dashboard_metrics', 'read', 'tenant_id* scans since scan_handle'],
      ['trigger_scan', 'write', 'tenant_id* role_arn account_id regions'],
      ['list_customers', 'read', ''],
      ['get_rules', 'read', 'tenant_id'],
      ['search_violations', 'read', 'tenant_id* search_term* severity scope limit'],
    ]);
    expect(catalog.tools.every(({ hasActionArgument }) => !hasActionArgument)).toBe(true);
    expect(catalog.tools.find(({ name }) => name === 'trigger_scan')?.actions[0]?.idempotent).toBe(false);
  });

  it('has the variables of the original', () => {
    const variables = [...catalog.settings, ...catalog.credentials].map(({ variable, required }) => [
      variable,
      required,
    ]);
    expect(variables).toEqual([
      ['THANOS_API_URL', true],
      ['THANOS_USER_POOL_ID', true],
      ['THANOS_CLIENT_ID', true],
      ['THANOS_COGNITO_URL', false],
      ['THANOS_EMAIL', true],
      ['THANOS_PASSWORD', true],
    ]);
    expect(thanos.readOnlyVariable).toBe('THANOS_READ_ONLY');
  });

  it('strips slashes from the address and takes the region from the pool', () => {
    const settings = { apiUrl: 'https://api.test//', userPoolId: 'eu-central-1_Ab1', clientId: 'x' };
    expect(thanos.address(settings)).toEqual({
      baseUrl: 'https://api.test',
      hosts: ['cognito-idp.eu-central-1.amazonaws.com'],
      requestIdHeader: 'apigw-requestid',
    });
  });

  it('has the commands for a service account, whose fields are those of the form', () => {
    const names = [...catalog.settings, ...catalog.credentials].map(({ name }) => name);
    const used = catalog.setup.flatMap(({ command }) => [...command.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    expect(new Set(used)).toEqual(new Set(['userPoolId', 'email', 'clientId']));
    expect(used.every(name => names.includes(name ?? ''))).toBe(true);
    expect(catalog.setup.map(({ command }) => command).join('\n')).toContain('admin-set-user-password');
  });

  it('fits into about 3,000 tokens', () => {
    expect(
      JSON.stringify(catalog.tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })))
        .length,
    ).toBeLessThan(12_000);
  });
});
