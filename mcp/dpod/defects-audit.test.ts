import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { daysAgo, entry, type Rig, startRig } from './testing.ts';
import { createAnalysis, readRecords } from './tools/records.ts';

const week = () => ({ start_date: daysAgo(8), end_date: daysAgo(1) });
const LOGS = ['manage_audit_logs', 'get_logs'] as const;

const started = (rig: Rig) => rig.sent('POST').map(({ body }) => body);

async function serviceOf(rig: Rig, type: string) {
  const { instances } = await rig.ok('manage_services', 'list_services', { service_type: type });
  return entry(instances, ({ status }) => status === 'ACTIVE');
}

describe('which logs are asked for', () => {
  it('defect 5: logs of a named ctaas service are asked for by resourceId, not for all of cdsp', async () => {
    await using rig = await startRig();
    const service = await serviceOf(rig, 'ctaas');
    const told = await rig.ok(...LOGS, { ...week(), service_name: service.name });
    expect(started(rig)).toEqual([
      {
        from: `${daysAgo(8)}T00:00:00Z`,
        to: `${daysAgo(1)}T23:59:59Z`,
        resourceId: service.service_id,
        source: 'cdsp',
      },
    ]);
    const { recent_activity } = told.analysis as { recent_activity: Record<string, unknown>[] };
    expect(new Set(recent_activity.map(({ resourceID }) => resourceID))).toEqual(new Set([service.service_id]));
  });

  it('defect 6: a service without partition and not ctaas is asked for by resourceId; an unknown one is refused', async () => {
    await using rig = await startRig();
    const service = await serviceOf(rig, 'payshield_eu');
    await rig.ok(...LOGS, { ...week(), service_name: service.name });
    expect(started(rig)).toEqual([expect.objectContaining({ resourceId: service.service_id })]);
    expect(started(rig)[0]).not.toHaveProperty('source');
    expect(await rig.fails(...LOGS, { ...week(), service_name: 'no-such-service' })).toMatchObject({
      code: 'GH_NOT_FOUND',
    });
    expect(await rig.fails(...LOGS, { ...week(), source_filter: 'no-such-service' })).toMatchObject({
      code: 'GH_NOT_FOUND',
    });
    expect(started(rig)).toHaveLength(1);
  });

  it('defect 7: a service on a later page is found by its name', async () => {
    await using rig = await startRig();
    const { total_elements } = await rig.ok('manage_services', 'list_services', { size: 1 });
    expect(total_elements).toBeGreaterThan(100);
    const last = await rig.ok('manage_services', 'list_services', { page: Number(total_elements) - 5, size: 1 });
    const { name, service_id } = entry(last.instances);
    await rig.ok(...LOGS, { ...week(), service_name: String(name).toUpperCase() });
    expect(started(rig)).toEqual([expect.objectContaining({ resourceId: service_id })]);
  });

  it('defect 8: generate_export sends every filter', async () => {
    await using rig = await startRig();
    const service = await serviceOf(rig, 'key_vault');
    const { content } = await rig.ok('manage_tenants', 'list', { size: 1 });
    const told = await rig.ok('manage_audit_logs', 'generate_export', {
      ...week(),
      service_name: service.service_id,
      tenant_id: entry(content).id,
      actor_id: 'somebody',
      action_filter: 'LUNA_LOGIN',
      status_filter: 'LUNA_RET_OK',
    });
    expect(started(rig)).toEqual([
      {
        from: `${daysAgo(8)}T00:00:00Z`,
        to: `${daysAgo(1)}T23:59:59Z`,
        tenantId: entry(content).id,
        resourceId: service.service_id,
        source: `thales/cloudhsm/${String(service.partition_serial_number)}`,
        actorId: 'somebody',
        action: 'LUNA_LOGIN',
        status: 'LUNA_RET_OK',
      },
    ]);
    expect(told.export_job).toMatchObject({ state: 'ACTIVE', file_ready: false, progress: 0 });
  });

  it('defect 9: one date alone is refused, and so is none', async () => {
    await using rig = await startRig();
    for (const dates of [{ start_date: daysAgo(3) }, { end_date: daysAgo(1) }, {}]) {
      const missing = 'start_date' in dates ? 'end_date' : 'start_date';
      const { code, error } = await rig.fails(...LOGS, dates);
      expect([code, error]).toEqual(['GH_INVALID_INPUT', `${missing} is missing; both are needed.`]);
    }
    expect(rig.sent()).toEqual([]);
  });

  it('defect 10: a range that is reversed, over 31 days or over a year back is refused before anything is sent', async () => {
    await using rig = await startRig();
    const refused = [
      [{ start_date: daysAgo(1), end_date: daysAgo(3) }, 'start_date must be before end_date.'],
      [{ start_date: daysAgo(40), end_date: daysAgo(8) }, /longer than 31 days/],
      [{ start_date: daysAgo(400), end_date: daysAgo(390) }, /12 months/],
      [{ start_date: '2026-02-30', end_date: '2026-03-02' }, /is not a date/],
      [{ start_date: '2026-02-30T00:00:00Z', end_date: '2026-03-02T00:00:00Z' }, /is not a date/],
      [{ start_date: 'last week', end_date: daysAgo(1) }, /is not a date/],
    ] as const;
    for (const [dates, message] of refused)
      expect(await rig.fails(...LOGS, dates)).toMatchObject({
        code: 'GH_INVALID_INPUT',
        error: message instanceof RegExp ? expect.stringMatching(message) : message,
      });
    expect(rig.sent()).toEqual([]);
    await rig.ok(...LOGS, { start_date: daysAgo(31), end_date: daysAgo(1) });
  });

  it('takes dates with slashes, and times with an offset as the instant they mean', async () => {
    await using rig = await startRig();
    const day = daysAgo(3);
    await rig.ok(...LOGS, { start_date: day.replaceAll('-', '/'), end_date: `${day}T12:00:00+02:00` });
    expect(started(rig)).toEqual([{ from: `${day}T00:00:00Z`, to: `${day}T10:00:00Z` }]);
  });

  it('refuses more than one way of naming the service', async () => {
    await using rig = await startRig();
    const input = { ...week(), service_name: 'a', source_filter: 'cdsp' };
    expect(await rig.fails(...LOGS, input)).toMatchObject({ code: 'GH_INVALID_INPUT' });
    expect(rig.sent()).toEqual([]);
  });
});

describe('what is made of them', () => {
  it('defect 12: actions without a description are summed up like the others', async () => {
    await using rig = await startRig();
    const told = await rig.ok(...LOGS, { ...week(), source_filter: 'cdsp' });
    const analysis = told.analysis as {
      total_logs: number;
      action_summary: { most_common_actions: [string, { count: number; description?: string }][] };
      status_summary: { status_breakdown: Record<string, number> };
    };
    expect(analysis.total_logs).toBeGreaterThan(20);
    const [name, { count, ...rest }] = analysis.action_summary.most_common_actions[0] ?? ['', { count: 0 }];
    expect(rest).toEqual({});
    expect(told.formatted_summary).toContain(`${name} ${count}`);
    expect(told.formatted_summary).toContain(`success ${analysis.status_summary.status_breakdown.success}`);

    const hsm = await rig.ok(...LOGS, { ...week(), service_name: (await serviceOf(rig, 'key_vault')).name });
    expect((hsm.analysis as typeof analysis).action_summary.most_common_actions[0]?.[1]).toHaveProperty('description');
  });

  it('defect 13: recent activity is the newest first, though the file is out of order', async () => {
    await using rig = await startRig();
    const told = await rig.ok(...LOGS, week());
    const { recent_activity, time_range } = told.analysis as {
      recent_activity: { time: string }[];
      time_range: { earliest: string; latest: string };
    };
    const times = recent_activity.map(({ time }) => time);
    expect(times).toHaveLength(10);
    expect(times).toEqual([...times].sort().reverse());
    expect(times[0]).toBe(time_range.latest);
  });

  it('defect 14: the result has the job as it ended, and nowhere the signed address', async () => {
    await using rig = await startRig();
    const { fields, progress } = await rig.call(...LOGS, week());
    expect(fields.export_job).toMatchObject({ state: 'SUCCEEDED', file_ready: true, progress: 100 });
    expect((fields.export_job as { endedAt: unknown }).endedAt).toEqual(expect.any(String));
    const id = String((fields.export_job as { jobId: unknown }).jobId);
    const shown = await rig.ok('manage_audit_logs', 'get_result', { export_id: id });
    const everything = JSON.stringify([fields, progress, shown]) + rig.stderr();
    expect(everything).not.toContain('sig=');
    expect(progress.at(-1)).toMatchObject({ done: 100, total: 100 });
  });

  it('an export that fails or is cancelled is an error that shows the job', async () => {
    await using rig = await startRig({ switches: { exportOutcome: 'FAILED' } });
    expect(await rig.fails(...LOGS, week())).toMatchObject({
      code: 'GH_VENDOR_REFUSED',
      error: 'The export ended as FAILED.',
      export_job: { state: 'FAILED' },
    });
  });

  it('an export that takes too long becomes a handle, with which a later call goes on', async () => {
    await using rig = await startRig({ switches: { exportOutcome: 'never' } });
    const { fields } = await rig.call(...LOGS, week(), { withinMs: 3_100 });
    expect(fields).toMatchObject({ success: true, pending: true, export_job: { state: 'ACTIVE' } });
    rig.sandbox.switches.set({ exportOutcome: 'SUCCEEDED' });
    const { jobId } = fields.export_job as { jobId: string };
    expect(await rig.ok(...LOGS, { export_id: jobId })).toMatchObject({ export_job: { jobId, state: 'SUCCEEDED' } });
    expect(started(rig)).toHaveLength(1);
    expect(await rig.fails(...LOGS, { export_id: jobId, ...week() })).toMatchObject({ code: 'GH_INVALID_INPUT' });
  });
});

describe('the file', () => {
  it.each(['gzip', 'ndjson', 'json', 'zip', 'zip-ndjson'] as const)('is read as %s', async exportFormat => {
    await using rig = await startRig({ switches: { exportFormat } });
    const { analysis } = await rig.ok(...LOGS, { ...week(), source_filter: 'cdsp' });
    expect((analysis as { total_logs: number }).total_logs).toBeGreaterThan(20);
  });

  it('defect 38: is read bit by bit up to a limit, which the result tells of', async () => {
    let sent = 0;
    let ended = false;
    async function* endless() {
      try {
        for (;;) {
          sent += 1;
          yield Buffer.from(`{"time":"${sent}","action":"a"}\n`);
        }
      } finally {
        ended = true;
      }
    }
    const analysis = createAnalysis();
    const limits = { textBytes: 1_000_000, records: 500, zipBytes: 1_000 };
    expect(await readRecords(endless(), record => analysis.add(record), limits)).toEqual({ truncated: true });
    expect(analysis.result().total_logs).toBe(500);
    expect(sent).toBeLessThan(600);
    expect(ended).toBe(true);
    expect(await readRecords(endless(), () => undefined, { ...limits, textBytes: 2_000 })).toEqual({ truncated: true });
  });

  it('that is a ZIP of too much is refused, not taken for empty', async () => {
    const { zipSync } = await import('fflate');
    const zip = zipSync({ 'a.json': Buffer.from(`[${'{"a":1},'.repeat(5_000)}{"a":1}]`) });
    const limits = { textBytes: 1_000, records: 10, zipBytes: 1_000_000 };
    await expect(readRecords(one(zip), () => undefined, limits)).rejects.toMatchObject({ code: 'GH_TOO_LARGE' });
    await expect(readRecords(one(zip), () => undefined, { ...limits, zipBytes: 10 })).rejects.toMatchObject({
      code: 'GH_TOO_LARGE',
    });
  });

  it('that breaks off is an error, not a short list', async () => {
    const whole = gzipSync('{"a":1}\n'.repeat(5_000));
    for (const bytes of [whole.subarray(0, whole.length - 20), Buffer.from('{"a":1}\n{"a":')])
      await expect(readRecords(one(bytes), () => undefined)).rejects.toMatchObject({ code: 'GH_VENDOR_ANSWER' });
  });

  it.each([
    { kind: 'reset', when: 'midway' },
    { kind: 'truncated' },
    { kind: 'status', status: 500 },
    { kind: 'status', status: 403 },
  ] as const)('that cannot be read ($kind $status) leaves a handle, and is no lack of scope', async fault => {
    const refused: string[] = [];
    await using rig = await startRig({ onScopeRefused: tool => void refused.push(tool) });
    rig.sandbox.faults.inject({ ...fault, path: '/export_files/*' });
    const told = await rig.fails(...LOGS, week());
    const { jobId } = told.export_job as { jobId: string };
    expect(told.hint).toContain(jobId);
    expect(told.code).not.toBe('GH_VENDOR_SCOPE');
    expect(refused).toEqual([]);
    expect(JSON.stringify(told)).not.toContain('sig=');
    await rig.ok(...LOGS, { export_id: jobId });
  });

  it('has meta as text or as an object', async () => {
    for (const auditMeta of ['string', 'object'] as const) {
      await using rig = await startRig({ switches: { auditMeta } });
      const { analysis } = await rig.ok(...LOGS, { ...week(), action_filter: 'LUNA_LOGIN' });
      const [record] = (analysis as { recent_activity: { meta: unknown }[] }).recent_activity;
      expect(record?.meta).toMatchObject({ role: 'CO', clientip: expect.any(String) });
    }
  });
});

async function* one(bytes: Uint8Array) {
  yield bytes;
}
