import { describe, expect, it } from 'vitest';
import { createWorld } from './demo-data.ts';
import { startSandbox } from './index.ts';
import { NOW, signIn, startTestSandbox } from './test-client.ts';

describe('the demonstration data', () => {
  it('is the same on every start', () => {
    expect(createWorld(NOW)).toEqual(createWorld(new Date(NOW.getTime() + 3_600_000)));
  });

  it('moves with the clock', () => {
    const ages = (now: Date) =>
      [...createWorld(now).services.values()].map(service => now.getTime() - service.createdAt.getTime());
    expect(ages(new Date(NOW.getTime() + 400 * 86_400_000))).toEqual(ages(NOW));
  });

  it('lies in the past, hangs together and has unique keys', () => {
    const world = createWorld(NOW);
    const tenants = new Set(world.tenants.keys());
    const services = [...world.services.values()];
    expect(new Set(services.map(({ tenantId, name }) => `${tenantId}/${name}`)).size).toBe(services.length);
    const serials = services.flatMap(({ partitionSerial }) => partitionSerial ?? []);
    expect(new Set(serials).size).toBe(serials.length);
    for (const service of services) {
      expect(tenants).toContain(service.tenantId);
      expect(service.createdAt.getTime()).toBeLessThan(NOW.getTime());
      expect(service.name).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{2,43}[A-Za-z0-9_]$/);
    }
    for (const binding of world.bindings.values()) {
      const service = world.services.get(binding.serviceId);
      expect(service).toBeDefined();
      expect(binding.createdAt.getTime()).toBeGreaterThanOrEqual(service?.createdAt.getTime() ?? Infinity);
      expect(binding.createdAt.getTime()).toBeLessThanOrEqual(NOW.getTime());
    }
    for (const tenant of world.tenants.values()) {
      const used = services.filter(({ tenantId }) => tenantId === tenant.id).length;
      expect(used).toBeLessThanOrEqual(tenant.serviceQuota);
    }
    const users = [...world.users.values()];
    expect(new Set(users.map(({ username }) => username)).size).toBe(users.length);
  });
});

describe('the credentials', () => {
  it('cover each set of scopes, the most useful one first', async () => {
    await using sandbox = await startTestSandbox();
    expect(sandbox.credentials.map(({ label, scopes }) => [label, scopes.map(scope => scope.slice(16))])).toEqual([
      ['SP+AO', ['spadmin', 'appowner']],
      ['SP', ['spadmin']],
      ['AO', ['appowner']],
      ['SV', ['service']],
      ['SP+AO+SV', ['spadmin', 'appowner', 'service']],
      ['none', []],
      ['opaque', ['spadmin', 'appowner']],
      ['AO of another tenant', ['appowner']],
    ]);
    expect(sandbox.credentials[0]).toMatchObject({
      settings: { baseUrl: sandbox.url, authUrl: `${sandbox.url}/oauth/v1/token`, statusUrl: sandbox.url },
      secrets: { clientId: expect.any(String), clientSecret: expect.stringMatching(/^sandbox-secret-/) },
    });
  });

  it('work without any option', async () => {
    await using sandbox = await startSandbox();
    const call = await signIn(sandbox, 'SP+AO');
    expect((await call('GET', '/v1/service_instances?size=100')).items).toHaveLength(100);
  });
});
