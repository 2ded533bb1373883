import { describe, expect, it } from 'vitest';
import { NOW, send, startTestSandbox } from './test-client.ts';

const SUMMARY = '/api/v2/summary.json';

describe('the status page', () => {
  it('shows a minor incident and a degraded component of one region', async () => {
    await using sandbox = await startTestSandbox();
    const { fields } = await send(`${sandbox.url}${SUMMARY}`);
    expect(fields).toMatchObject({
      page: { updated_at: NOW.toISOString() },
      status: { indicator: 'minor' },
      incidents: [{ name: 'Slow sign operations', status: 'investigating', impact: 'minor' }],
    });
    expect(fields.components).toContainEqual(
      expect.objectContaining({ name: 'Luna Cloud HSM (NA Region)', status: 'degraded_performance' }),
    );
    expect(fields.components).toContainEqual(
      expect.objectContaining({ name: 'Luna Cloud HSM (EU Region)', status: 'operational' }),
    );
  });

  it('can show an outage, or nothing wrong', async () => {
    await using sandbox = await startTestSandbox({ statusPage: 'major' });
    const major = await send(`${sandbox.url}${SUMMARY}`);
    expect(major.json).toMatchObject({ status: { indicator: 'major' } });
    expect(major.text).toContain('major_outage');
    sandbox.switches.set({ statusPage: 'operational' });
    const fine = await send(`${sandbox.url}${SUMMARY}`);
    expect(fine.json).toMatchObject({ status: { indicator: 'none' }, incidents: [], scheduled_maintenances: [] });
    expect(fine.text).not.toMatch(/degraded_performance|outage|under_maintenance/);
  });

  it('has the smaller documents of its kind', async () => {
    await using sandbox = await startTestSandbox();
    const keys = async (name: string) => Object.keys((await send(`${sandbox.url}/api/v2/${name}.json`)).fields);
    expect(await keys('status')).toEqual(['page', 'status']);
    expect(await keys('components')).toEqual(['page', 'components']);
    expect(await keys('incidents')).toEqual(['page', 'incidents']);
    expect(await keys('incidents/unresolved')).toEqual(['page', 'incidents']);
    expect(await keys('scheduled-maintenances/upcoming')).toEqual(['page', 'scheduled_maintenances']);
  });

  it('is also a page with the two scripts', async () => {
    await using sandbox = await startTestSandbox({ statusPage: 'html-only' });
    expect((await send(`${sandbox.url}${SUMMARY}`)).status).toBe(404);
    const page = await send(sandbox.url);
    expect(page.headers.get('content-type')).toContain('text/html');
    const values = JSON.parse(/uptimeValues = (.*);/.exec(page.text)?.[1] ?? '');
    expect(values[0]).toEqual({ component: 'cmp1', ninety: 99.98, sixty: 99.99, thirty: 100 });
    const data = JSON.parse(/uptimeData = (.*);/.exec(page.text)?.[1] ?? '');
    expect(data.cmp2).toMatchObject({
      component: { code: 'cmp2', name: 'Luna Cloud HSM (NA Region)' },
      days: [{ date: '2026-06-17', related_events: [{ name: 'Slow sign operations', code: 'inc1' }] }],
    });
  });

  it('can be down', async () => {
    await using sandbox = await startTestSandbox({ statusPage: 'down' });
    expect((await send(`${sandbox.url}${SUMMARY}`)).status).toBe(503);
    expect((await send(sandbox.url)).status).toBe(503);
  });
});
