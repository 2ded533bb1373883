import { describe, expect, it } from 'vitest';
import { send, signIn, startTestSandbox } from './test-client.ts';

const PATCH_TYPE = { 'content-type': 'application/json-patch+json' };
const enable = [{ op: 'replace', path: '/enabled', value: true }];

describe('tiles', () => {
  it('are listed, filtered and shown with their plans', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'AO');
    const all = await call('GET', '/v1/tiles?size=100');
    expect(all.items.length).toBeGreaterThan(30);
    const some = (await call('GET', '/v1/tiles?size=100&provisionable=true')).items;
    expect(some.length).toBeLessThan(all.items.length);
    expect(some.every(tile => tile.provisionable === true)).toBe(true);
    const [tile] = (await call('GET', '/v1/tiles?serviceType=key_vault')).items;
    expect(tile).toMatchObject({ shortCode: 'key_vault', name: 'Luna Cloud HSM', category: 'hsm', enabled: true });
    expect((await call('GET', `/v1/tiles/${tile?.id}`)).json).toEqual(tile);
    const plans = (await call('GET', `/v1/tiles/${tile?.id}/plans`)).items;
    expect(plans.map(plan => plan.id)).toEqual(['single_hsm', 'dual_hsm', 'multi_hsm', 'trial']);
  });

  it('answer 404 or 400 for what does not exist', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'AO');
    const [closed] = (await call('GET', '/v1/tiles?provisionable=false')).items;
    expect((await call('GET', `/v1/tiles/${closed?.id}?provisionable=true`)).status).toBe(404);
    expect((await call('GET', '/v1/tiles/00000000-0000-4000-8000-000000000000/plans')).status).toBe(404);
    expect((await call('GET', '/v1/tiles/key_vault')).status).toBe(400);
    expect((await call('GET', '/v1/tiles?provisionable=yes')).status).toBe(400);
  });

  it('can be enabled by a service provider, with a JSON Patch of /enabled and nothing else', async () => {
    await using sandbox = await startTestSandbox();
    const call = await signIn(sandbox, 'SP');
    const [tile] = (await call('GET', '/v1/tiles?serviceType=garasign')).items;
    const path = `/v1/tiles/${tile?.id}`;
    expect(tile?.enabled).toBe(false);
    expect((await call('PATCH', path, enable)).status).toBe(415);
    expect((await call('PATCH', path, { enabled: true }, PATCH_TYPE)).status).toBe(400);
    expect((await call('PATCH', path, [{ ...enable[0], path: '/name', value: 'x' }], PATCH_TYPE)).status).toBe(400);
    expect((await call('PATCH', path, [...enable, ...enable], PATCH_TYPE)).status).toBe(400);
    expect((await call('PATCH', path, [{ ...enable[0], value: false }], PATCH_TYPE)).status).toBe(403);
    expect((await call('PATCH', path, enable, PATCH_TYPE)).json).toMatchObject({ id: tile?.id, enabled: true });
    expect((await call('PUT', path, {})).status).toBe(405);
  });

  it('come with lists of categories and types', async () => {
    await using sandbox = await startTestSandbox();
    expect((await send(`${sandbox.url}/v1/service_categories`)).items.map(({ id }) => id)).toContain('hsm');
    expect((await send(`${sandbox.url}/v1/service_types`)).items.map(type => type.shortCode)).toContain('ctaas');
  });
});
