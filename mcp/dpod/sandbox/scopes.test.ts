import { describe, expect, it } from 'vitest';
import { signIn, startTestSandbox } from './test-client.ts';

const ID = '00000000-0000-4000-8000-000000000000';

/** Method, path, and who gets past the scope check: by the build column of §3.15, and by the seed's table. */
const RULES: readonly (readonly [method: string, path: string, build: string, seed: string])[] = [
  ['GET', '/v1/service_instances', 'AO', 'SP AO'],
  ['POST', '/v1/service_instances', 'AO', 'SP AO'],
  ['DELETE', `/v1/service_instances/${ID}`, 'AO', 'SP AO'],
  ['GET', `/v1/service_instances/${ID}`, 'AO SV', 'SP AO SV'],
  ['PUT', `/v1/service_instances/${ID}/bindings`, 'AO SV', 'SP AO SV'],
  ['PUT', `/v1/services/${ID}/client`, 'AO SV', 'SP AO SV'],
  ['GET', `/v1/service_instances/${ID}/bindings`, 'AO SV', 'SP AO SV'],
  ['GET', `/v1/service_instances/${ID}/bindings/${ID}`, 'AO SV', 'SP AO SV'],
  ['DELETE', `/v1/service_instances/${ID}/bindings/${ID}`, 'AO SV', 'SP AO'],
  ['GET', '/v1/tiles', 'SP AO', 'SP AO'],
  ['GET', `/v1/tiles/${ID}`, 'AO', 'AO'],
  ['GET', `/v1/tiles/${ID}/plans`, 'AO', 'AO'],
  ['PATCH', `/v1/tiles/${ID}`, 'SP', 'SP'],
  ['POST', '/v1/audit-log-exports', 'SP AO', 'SP AO SV'],
  ['GET', `/v1/audit-log-exports/${ID}`, 'SP AO', 'SP AO SV'],
  ['GET', '/v1/service_instances/summary', 'SP AO SV', 'SP AO SV'],
  ['GET', '/v1/service_instances/usageBillingReport', 'SP AO', 'SP AO'],
  ['GET', `/v1/tenants/${ID}/quotas`, 'SP AO', 'SP AO'],
  ['GET', '/v1/tenants', 'SP', 'SP'],
  ['GET', '/v1/tenants/usageDetails', 'SP', 'SP'],
  ['PUT', `/v1/tenants/${ID}/logo`, 'SP', 'SP'],
  ['GET', '/v1/users', 'SP', 'SP'],
  ['DELETE', `/v1/users/${ID}`, 'SP', 'SP'],
  ['GET', '/v1/credentials/clients', 'SP AO', 'SP'],
  ['POST', `/v1/credentials/clients/${ID}/resetSecret`, 'SP AO', 'SP'],
  ['GET', '/v1/subscriber_groups', 'AO', ''],
  ['POST', '/v1/subscriber_groups', 'AO', ''],
  ['GET', `/v1/subscriber_groups/${ID}`, 'AO', 'AO'],
  ['GET', '/v1/backoffice/subscriptions', 'SP AO SV', 'SP AO'],
  ['GET', '/v1/backoffice/products/key_vault', 'SP AO SV', 'SP AO SV'],
  ['GET', `/v1/backoffice/serviceAgreements/${ID}`, 'SP AO SV', 'SP AO SV'],
  ['PATCH', `/v1/backoffice/serviceAgreements/${ID}`, 'SP', 'SP'],
  ['DELETE', `/v1/backoffice/serviceAgreements/${ID}`, 'SP', 'SP'],
];

describe.each(['build', 'seed'] as const)('under the %s policy', policy => {
  it('each path lets exactly its scopes past', async () => {
    await using sandbox = await startTestSandbox({ policy });
    const found: string[] = [];
    const expected: string[] = [];
    for (const label of ['SP', 'AO', 'SV', 'none']) {
      const call = await signIn(sandbox, label);
      for (const [method, path, build, seed] of RULES) {
        const { status } = await call(method, path);
        found.push(`${label} ${method} ${path} ${status === 403 ? 'refused' : 'allowed'}`);
        const allowed = (policy === 'build' ? build : seed).split(' ').includes(label);
        expected.push(`${label} ${method} ${path} ${allowed ? 'allowed' : 'refused'}`);
      }
    }
    expect(found).toEqual(expected);
  });

  it('several scopes together may do what any of them may', async () => {
    await using sandbox = await startTestSandbox({ policy });
    const call = await signIn(sandbox, 'SP+AO');
    expect((await call('GET', '/v1/tenants')).status).toBe(200);
    const [tile] = (await call('GET', '/v1/tiles')).items;
    expect((await call('GET', `/v1/tiles/${tile?.id}`)).status).toBe(200);
  });
});
