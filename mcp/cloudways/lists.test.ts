import { describe, expect, it } from 'vitest';
import { SHOP, startRig } from './testing.ts';

const S = { server_id: '41001' };
const BEFORE = ['203.0.113.7', '198.51.100.20'];

describe('calls that replace a list', () => {
  it('show the difference without changing anything', async () => {
    await using rig = await startRig();
    const told = await rig.ok('preview_whitelisted_ips', { ...S, ips: ['192.0.2.1'], mode: 'replace' });
    expect(told).toMatchObject({ before: BEFORE, after: ['192.0.2.1'], added: ['192.0.2.1'], removed: BEFORE });
    expect(rig.sent('POST')).toEqual([]);
  });

  it('are refused until every address that goes is named, so that the approval shows it', async () => {
    await using rig = await startRig();
    const input = { ...S, ips: ['203.0.113.7', '192.0.2.1'], mode: 'replace' };
    for (const removes of [undefined, [], ['192.0.2.99']])
      expect(
        await rig.fails('update_whitelisted_ips', removes === undefined ? input : { ...input, removes }),
      ).toMatchObject({
        code: 'GH_INVALID_INPUT',
        before: BEFORE,
        removed: ['198.51.100.20'],
        hint: expect.stringContaining('removes'),
      });
    expect(rig.sent('POST')).toEqual([]);
    const told = await rig.ok('update_whitelisted_ips', { ...input, removes: ['198.51.100.20'] });
    expect(told).toMatchObject({ added: ['192.0.2.1'], removed: ['198.51.100.20'], verified: true });
  });

  it('remove what is named and keep the rest, also an address that was not there', async () => {
    await using rig = await startRig();
    const told = await rig.ok('update_whitelisted_ips', { ...S, ips: ['203.0.113.7', '192.0.2.99'], mode: 'remove' });
    expect(told).toMatchObject({ after: ['198.51.100.20'], removed: ['203.0.113.7'] });
  });

  it.each([
    ['named in the call', { own_ip: '203.0.113.7' }, {}],
    ['named in the settings', {}, { ownAddresses: '203.0.113.7, 2001:db8::1' }],
  ])('never shut out an own address, %s, until a person types so', async (_how, named, settings) => {
    await using rig = await startRig({ settings });
    const input = { ...S, ips: ['203.0.113.7'], mode: 'remove', ...named };
    const refused = await rig.fails('update_whitelisted_ips', input);
    expect(refused).toMatchObject({
      code: 'GH_INVALID_INPUT',
      own_address: '203.0.113.7',
      confirm_with: 'shut out 203.0.113.7',
    });
    await rig.fails('update_whitelisted_ips', { ...input, confirm: 'yes' });
    expect(rig.sent('POST')).toEqual([]);
    await rig.ok('update_whitelisted_ips', { ...input, confirm: 'shut out 203.0.113.7' });
  });

  it('guard an own address when everyone else is shut out too', async () => {
    await using rig = await startRig();
    const input = { ...S, ips: [], ip_policy: 'block_all' };
    expect(await rig.fails('update_whitelisted_ips', { ...input, own_ip: '192.0.2.5' })).toMatchObject({
      own_address: '192.0.2.5',
    });
    await rig.ok('update_whitelisted_ips', { ...input, own_ip: '203.0.113.7' });
    expect(await rig.ok('get_whitelisted_ips_ssh', S)).toMatchObject({ ip_list: BEFORE, policy: 'block_all' });
    expect(await rig.fails('update_whitelisted_ips', { ...input, tab: 'mysql' })).toMatchObject({
      code: 'GH_INVALID_INPUT',
    });
  });

  it('keep both additions that are made at once', async () => {
    await using rig = await startRig();
    await Promise.all(['192.0.2.1', '192.0.2.2'].map(ip => rig.ok('update_whitelisted_ips', { ...S, ips: [ip] })));
    expect(await rig.ok('get_whitelisted_ips_ssh', S)).toMatchObject({
      ip_list: [...BEFORE, '192.0.2.1', '192.0.2.2'],
    });
  });

  it('write nothing over a list that could not be read', async () => {
    await using rig = await startRig({ settings: { apiVersion: 'v1' } });
    await rig.ok('list_projects');
    rig.sandbox.faults.inject({
      kind: 'status',
      status: 422,
      path: '**/security/whitelisted',
      body: '{"ip_list":"gone"}',
    });
    await rig.fails('update_whitelisted_ips', { ...S, ips: ['192.0.2.1'] });
    expect(rig.sent('POST')).toEqual([]);
  });

  it('treat domains in the same way', async () => {
    await using rig = await startRig();
    await rig.ok('update_app_aliases', { ...SHOP, aliases: ['b.example.test'] });
    expect(
      await rig.fails('update_app_aliases', { ...SHOP, aliases: ['c.example.test'], mode: 'replace' }),
    ).toMatchObject({
      removed: ['www.shop.example.test', 'b.example.test'],
    });
    await rig.ok('update_app_aliases', { ...SHOP, aliases: ['b.example.test'], mode: 'remove' });
    expect(await rig.ok('get_app_details', SHOP)).toMatchObject({ app: { aliases: ['www.shop.example.test'] } });
  });
});
