import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { handlesOf } from './operations.ts';
import { SHOP, startRig } from './testing.ts';

const S = { server_id: '41001' };

describe('operations', () => {
  it('are named in every form that an answer has', () => {
    const forms: readonly [unknown, readonly string[]][] = [
      [{ operation_id: 12345 }, ['12345']],
      [{ status: true, task_id: 'flex-70012345' }, ['flex-70012345']],
      [{ response: { operation_id: '801233' } }, ['801233']],
      [{ operation: { id: '801234' } }, ['801234']],
      [{ server: { operations: [{ id: '801235' }] } }, ['801235']],
      [{ source_operation_id: 1, destination_operation_id: 2 }, ['1', '2']],
      [{ app: { id: '510299' }, operation_id: '801236' }, ['801236']],
      [{ operation_id: '0' }, []],
      [{ status: true }, []],
      [[], []],
      [null, []],
    ];
    for (const [body, ids] of forms) expect(handlesOf(body)).toEqual(ids);
  });

  it('go on after the call, unless it is told to wait, and tell their progress', async () => {
    await using rig = await startRig({ switches: { speed: 1_000 } });
    const started = await rig.ok('clear_app_cache', SHOP);
    expect(started).toMatchObject({ state: 'running', operation_id: expect.any(String), next: expect.any(String) });
    expect(rig.sent('GET')).toEqual([]);
    const { fields, progress } = await rig.call('enforce_app_https', { ...SHOP, wait: true });
    expect(fields).toMatchObject({ state: 'done' });
    expect(progress.length).toBeGreaterThan(0);
    expect(progress.map(({ done }) => done)).toEqual(progress.map(({ done }) => done).sort((a, b) => a - b));
    expect(progress.at(-1)?.message).toContain('enforce_https');
  });

  it('that outlive the call leave a handle before the caller gives up, also after a restart of ours', async () => {
    await using rig = await startRig({ switches: { speed: 1 }, settings: { pollMs: 50 } });
    const began = performance.now();
    const { fields } = await rig.call('backup_app', { ...SHOP, wait: true }, { withinMs: 3_400 });
    expect(performance.now() - began).toBeLessThan(3_400);
    expect(fields).toMatchObject({
      success: true,
      state: 'running',
      pending: true,
      message: expect.stringContaining('wait_for'),
    });
    rig.sandbox.advance(100);
    await using restarted = await startRig({ settings: { baseUrl: `${rig.sandbox.url}/api` } });
    expect(await restarted.ok('wait_for_operation', { operation_id: fields.operation_id })).toMatchObject({
      state: 'done',
    });
  });

  it('end a wait at the time that was given', async () => {
    await using rig = await startRig({ switches: { speed: 1 } });
    const began = performance.now();
    const told = await rig.ok('restart_server', { ...S, wait: true, timeout_s: 1 });
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(told).toMatchObject({ pending: true, state: 'running' });
  });

  it('are cancelled with the call, which says so', async () => {
    await using rig = await startRig({ switches: { speed: 1 }, settings: { pollMs: 10_000 } });
    const stop = new AbortController();
    const call = rig.call('restart_server', { ...S, wait: true }, { signal: stop.signal });
    while (!rig.sent('POST').some(({ status }) => status === 200)) await sleep(5);
    // Time for the answer to arrive: what is cancelled then is the waiting.
    await sleep(100);
    stop.abort();
    expect((await call).fields).toMatchObject({
      code: 'GH_CANCELLED',
      error: expect.stringMatching(/operation \S+ goes on/),
    });
  });

  it('of one server queue: who comes while it is busy waits for it, and nothing is done twice', async () => {
    await using rig = await startRig({ switches: { speed: 1_000 } });
    const told = await Promise.all(
      ['start_server', 'backup_server', 'restart_server'].map(name => rig.ok(name, { ...S, wait: true })),
    );
    expect(told.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    const carriedOut = rig.sent('POST').filter(({ status }) => status === 200);
    expect(carriedOut.map(({ path }) => path.replace('/api/v2/server/', '')).sort()).toEqual([
      'manage/backup',
      'restart',
      'start',
    ]);
  });

  it('of a busy server end with a clear message when the time is over or too many wait', async () => {
    await using rig = await startRig({ switches: { speed: 0.001 } });
    await rig.ok('restart_server', S);
    const calls = Array.from({ length: 8 }, () => rig.call('start_server', S, { withinMs: 3_300 }));
    const told = (await Promise.all(calls)).map(({ fields }) => fields);
    expect(told.every(({ code }) => code === 'GH_VENDOR_BUSY')).toBe(true);
    expect(told.filter(({ error }) => String(error).includes('calls wait for server 41001 already'))).toHaveLength(2);
    expect(rig.sandbox.world.servers[0]?.status).toBe('running');
    // Another server is not held up.
    await rig.ok('start_server', { server_id: '41003' });
  });

  it('that only read do not wait for a busy server', async () => {
    await using rig = await startRig({ switches: { speed: 1 } });
    await rig.ok('restart_server', S);
    expect(await rig.ok('get_server_disk_usage', { ...S, wait: false })).toMatchObject({ state: 'running' });
  });

  it('on two servers are both waited for', async () => {
    await using rig = await startRig();
    const told = await rig.ok('clone_app_to_other_server', {
      ...SHOP,
      destination_server_id: '41002',
      app_label: 'Copy',
      wait: true,
    });
    expect(told).toMatchObject({ state: 'done', operation_ids: [expect.any(String), expect.any(String)] });
  });

  it('keep to the budget of requests: a poll counts too', async () => {
    await using rig = await startRig({
      switches: { speed: 1 },
      settings: { rateRequests: 6, rateWindowSeconds: 60, pollMs: 5 },
    });
    const told = await rig.call('restart_server', { ...S, wait: true }, { withinMs: 4_000 });
    expect(rig.sandbox.requests.length).toBeLessThanOrEqual(6);
    // It was started: that it cannot be looked at now is no failure of it.
    expect(told.fields).toMatchObject({ success: true, pending: true, operation_id: expect.any(String) });
  });
});
