import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { SandboxOptions } from './index.ts';
import { type Reply, send, signIn, startTestSandbox, type TestClient } from './test-client.ts';
import { unzip } from './test-zip.ts';

const BASE = '/v1/audit-log-exports';
const WEEK = { from: '2026-06-10T00:00:00Z', to: '2026-06-17T00:00:00Z' };

type Line = Readonly<Record<string, string>>;

async function started(options: SandboxOptions = {}, label = 'AO') {
  const sandbox = await startTestSandbox({ pollsUntilReady: 0, ...options });
  const call = await signIn(sandbox, label);
  return { sandbox, call, [Symbol.asyncDispose]: sandbox.close };
}

async function finished(call: TestClient, body: object): Promise<Reply> {
  const created = await call('POST', BASE, body);
  expect(created.status).toBe(201);
  return call('GET', `${BASE}/${created.fields.jobId}`);
}

function parse(text: string): readonly Line[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line));
}

async function records(call: TestClient, body: object): Promise<readonly Line[]> {
  const { fields } = await finished(call, body);
  return parse(gunzipSync((await send(String(fields.location))).bytes).toString());
}

describe('an export job', () => {
  it('runs until polled often enough, then points to its file', async () => {
    await using s = await started({ pollsUntilReady: 2 });
    const created = await s.call('POST', BASE, WEEK);
    expect(created.status).toBe(201);
    expect(created.json).toEqual({
      jobId: expect.any(String),
      startedAt: '2026-06-17T12:00:00Z',
      endedAt: null,
      state: 'ACTIVE',
      location: null,
    });
    const path = `${BASE}/${created.fields.jobId}`;
    expect((await s.call('GET', path)).json).toMatchObject({ state: 'ACTIVE', location: null });
    const ended = (await s.call('GET', path)).fields;
    expect(ended).toMatchObject({ state: 'SUCCEEDED', endedAt: '2026-06-17T12:00:00Z' });
    expect(ended.location).toContain(`${s.sandbox.url}/export_files/`);
    expect((await s.call('GET', path)).fields).toEqual(ended);
  });

  it.each(['FAILED', 'CANCELLED'] as const)('can end %s', async exportOutcome => {
    await using s = await started({ exportOutcome });
    expect((await finished(s.call, WEEK)).json).toMatchObject({ state: exportOutcome, location: null });
  });

  it('can run for ever', async () => {
    await using s = await started({ exportOutcome: 'never' });
    const { jobId } = (await finished(s.call, WEEK)).fields;
    for (let turn = 0; turn < 10; turn += 1) {
      expect((await s.call('GET', `${BASE}/${jobId}`)).fields.state).toBe('ACTIVE');
    }
  });

  it('belongs to its tenant', async () => {
    await using s = await started();
    const { jobId } = (await finished(s.call, WEEK)).fields;
    const other = await signIn(s.sandbox, 'AO of another tenant');
    expect((await other('GET', `${BASE}/${jobId}`)).status).toBe(404);
  });

  it.each([
    ['no dates', {}],
    ['one date', { from: WEEK.from }],
    ['plain dates', { from: '2026-06-10', to: '2026-06-17' }],
    ['an offset with a Z behind it', { ...WEEK, to: '2026-06-17T00:00:00+02:00Z' }],
    ['a day that is none', { ...WEEK, to: '2026-06-99T00:00:00Z' }],
    ['reversed dates', { from: WEEK.to, to: WEEK.from }],
    ['more than 31 days', { ...WEEK, from: '2026-05-16T23:59:59Z' }],
    ['the spelling of the records', { ...WEEK, resourceID: '00000000-0000-4000-8000-000000000000' }],
    ['a name for a resource id', { ...WEEK, resourceId: 'payroll-vault-prod' }],
  ])('is refused for %s', async (_, body) => {
    await using s = await started();
    expect((await s.call('POST', BASE, body)).status).toBe(400);
  });

  it('shows a service provider nothing, or refuses it', async () => {
    await using s = await started({}, 'SP');
    expect(await records(s.call, WEEK)).toEqual([]);
    s.sandbox.switches.set({ spAudit: 'refused' });
    expect((await s.call('POST', BASE, WEEK)).status).toBe(403);
  });
});

describe('the file of an export', () => {
  it('is fetched without the bearer, and with no other signature', async () => {
    await using s = await started();
    const location = String((await finished(s.call, WEEK)).fields.location);
    expect((await send(location)).status).toBe(200);
    expect((await send(location, { headers: { authorization: 'Bearer x' } })).status).toBe(400);
    expect((await send(`${location}x`)).status).toBe(403);
    expect((await send(location.replace(/\?.*/, ''))).status).toBe(403);
  });

  it('is gone after its time', async () => {
    let now = Date.parse('2026-06-17T12:00:00Z');
    await using s = await started({ clock: () => new Date(now) });
    const location = String((await finished(s.call, WEEK)).fields.location);
    now += 24 * 60 * 60 * 1000 - 1;
    expect((await send(location)).status).toBe(200);
    now += 1;
    const expired = await send(location);
    expect(expired.status).toBe(403);
    expect(expired.text).toContain('Request has expired');
  });

  it('holds the same records in each format', async () => {
    await using s = await started();
    const fetchAs = async (exportFormat: 'gzip' | 'ndjson' | 'json' | 'zip' | 'zip-ndjson') => {
      s.sandbox.switches.set({ exportFormat });
      return send(String((await finished(s.call, WEEK)).fields.location));
    };
    const expected = parse(gunzipSync((await fetchAs('gzip')).bytes).toString());
    expect(expected.length).toBeGreaterThan(100);
    expect(parse((await fetchAs('ndjson')).text)).toEqual(expected);
    expect((await fetchAs('json')).json).toEqual(expected);
    const [list] = Object.values(unzip((await fetchAs('zip')).bytes));
    expect(JSON.parse(list ?? '')).toEqual(expected);
    const [lines] = Object.values(unzip((await fetchAs('zip-ndjson')).bytes));
    expect(parse(lines ?? '')).toEqual(expected);
  });

  it('can be made long, and can hold `meta` as an object', async () => {
    await using s = await started();
    const once = await records(s.call, WEEK);
    s.sandbox.switches.set({ auditRepeat: 5, auditMeta: 'object' });
    const often = await records(s.call, WEEK);
    expect(often).toHaveLength(once.length * 5);
    expect(often[0]?.meta).toEqual(JSON.parse(once[0]?.meta ?? ''));
  });
});

describe('audit records', () => {
  it('have the fields and forms of the vendor', async () => {
    await using s = await started();
    const all = await records(s.call, WEEK);
    const hsm = all.find(record => record.source?.startsWith('thales/cloudhsm/'));
    expect(hsm).toEqual({
      time: expect.stringMatching(/^2026-06-1\d \d\d:\d\d:\d\d\.\d{3} UTC$/),
      source: expect.stringMatching(/^thales\/cloudhsm\/\d{13}$/),
      resourceID: expect.stringMatching(/^[0-9a-f-]{36}$/),
      actorID: expect.stringMatching(/^[0-9a-f-]{36}$/),
      tenantID: expect.stringMatching(/^[0-9a-f-]{36}$/),
      action: expect.stringMatching(/^LUNA_/),
      status: expect.stringMatching(/^LUNA_RET_/),
      traceID: expect.any(String),
      meta: expect.any(String),
    });
    expect(Object.keys(JSON.parse(hsm?.meta ?? ''))).toEqual(['clientip', 'hsmid', 'partid', 'role']);
    const cdsp = all.find(record => record.source === 'cdsp');
    expect(cdsp).toMatchObject({ actorID: expect.stringMatching(/^local\|/), meta: '{}' });
    expect(['success', 'failure']).toContain(cdsp?.status);
  });

  it('are spread over twelve months and end with the clock', async () => {
    await using s = await started();
    for (let month = 0; month < 12; month += 1) {
      const to = new Date(Date.parse('2026-06-17T12:00:00Z') - month * 30 * 86_400_000);
      const from = new Date(to.getTime() - 30 * 86_400_000);
      const found = await records(s.call, { from: from.toISOString(), to: to.toISOString(), action: 'LUNA_LOGIN' });
      expect(found.length).toBeGreaterThan(10);
    }
    expect(await records(s.call, { from: '2025-04-01T00:00:00Z', to: '2025-04-30T00:00:00Z' })).toEqual([]);
    expect(await records(s.call, { from: '2026-06-17T12:00:00Z', to: '2026-06-18T00:00:00Z' })).toEqual([]);
  });

  it('are filtered by every attribute', async () => {
    await using s = await started();
    const all = await records(s.call, WEEK);
    const failed = all.find(record => record.status === 'LUNA_RET_CRYPTO_ERROR');
    const filters: readonly (readonly [parameter: string, field: string])[] = [
      ['source', 'source'],
      ['resourceId', 'resourceID'],
      ['actorId', 'actorID'],
      ['tenantId', 'tenantID'],
      ['action', 'action'],
      ['status', 'status'],
    ];
    for (const [parameter, field] of filters) {
      const value = failed?.[field];
      const expected = all.filter(record => record[field] === value);
      const found = await records(s.call, { ...WEEK, [parameter]: value });
      const byTrace = (records: readonly Line[]) => records.map(record => record.traceID).sort();
      expect(byTrace(found)).toEqual(byTrace(expected));
      if (field !== 'tenantID') expect(found.length).toBeLessThan(all.length);
    }
  });

  it('of one CDSPaaS service need its resource id: the source alone means all of them', async () => {
    await using s = await started();
    const all = await records(s.call, { ...WEEK, source: 'cdsp' });
    const services = new Set(all.map(record => record.resourceID));
    expect(services.size).toBe(3);
    const [one] = services;
    const some = await records(s.call, { ...WEEK, source: 'cdsp', resourceId: one });
    expect(new Set(some.map(record => record.resourceID))).toEqual(new Set([one]));
  });

  it('belong to clients of their service, and to the own tenant', async () => {
    await using s = await started();
    const own = await records(s.call, WEEK);
    const hsm = own.find(record => record.source?.startsWith('thales'));
    const clients = (await s.call('GET', `/v1/service_instances/${hsm?.resourceID}/bindings`)).items;
    expect(clients.map(client => client.id)).toContain(hsm?.actorID);
    const other = await signIn(s.sandbox, 'AO of another tenant');
    const theirs = await records(other, WEEK);
    expect(theirs.length).toBeGreaterThan(0);
    const [their] = theirs;
    expect(own.some(record => record.tenantID === their?.tenantID)).toBe(false);
    expect(await records(s.call, { ...WEEK, tenantId: their?.tenantID })).toEqual([]);
    expect((await other('POST', BASE, { ...WEEK, tenantId: own[0]?.tenantID })).status).toBe(404);
  });

  it('may stand out of order in the file', async () => {
    await using s = await started();
    const times = (await records(s.call, WEEK)).map(record => record.time);
    expect(times).not.toEqual(times.toSorted());
  });
});
