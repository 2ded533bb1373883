import { jsonAnswer, Refusal, type Route, type SandboxAnswer } from '../../kit/sandbox.ts';
import type { Vendor } from './world.ts';

/**
 * The status page (§6): the JSON of a hosted page of its kind, and the page itself with the two scripts from which
 * the seed scraped. The names hold traps for those who look for `EU` or `NA` anywhere but at the end.
 */
export function statusPageRoutes(vendor: Vendor): readonly Route[] {
  const json = (path: string, part: (summary: Summary) => object): Route => ({
    method: 'GET',
    path: `/api/v2/${path}.json`,
    handle: () => {
      if (vendor.switches.current.statusPage === 'html-only') throw new Refusal(404, 'No such resource');
      return unlessDown(vendor, () => {
        const summary = summarize(vendor);
        return jsonAnswer(200, { page: summary.page, ...part(summary) });
      });
    },
  });
  return [
    json('summary', summary => summary),
    json('status', ({ status }) => ({ status })),
    json('components', ({ components }) => ({ components })),
    json('incidents', summary => ({ incidents: [...summary.incidents, resolvedIncident(vendor)] })),
    json('incidents/unresolved', ({ incidents }) => ({ incidents })),
    json('scheduled-maintenances/upcoming', summary => ({ scheduled_maintenances: summary.scheduled_maintenances })),
    { method: 'GET', path: '/', handle: () => unlessDown(vendor, () => htmlPage(vendor)) },
  ];
}

type Condition = 'operational' | 'degraded_performance' | 'partial_outage' | 'major_outage' | 'under_maintenance';

const COMPONENTS = [
  'Luna Cloud HSM (EU Region)',
  'Luna Cloud HSM (NA Region)',
  'CipherTrust Data Security Platform (EU Region)',
  'CipherTrust Data Security Platform (NA Region)',
  'payShield Cloud HSM (EU Region)',
  'payShield Cloud HSM (LATAM Region)',
  'Message Queue (EU Region)',
  'Message Queue (NA Region)',
  'Management Console',
  'Single Sign-On',
];

function conditionOf(name: string, page: string): Condition {
  if (name === 'Luna Cloud HSM (NA Region)') {
    if (page === 'major') return 'major_outage';
    if (page !== 'operational') return 'degraded_performance';
  }
  return name === 'payShield Cloud HSM (LATAM Region)' && page !== 'operational' ? 'under_maintenance' : 'operational';
}

type Summary = ReturnType<typeof summarize>;

const PAGE_ID = 'simpage1';

function summarize(vendor: Vendor) {
  const now = vendor.clock();
  const { statusPage } = vendor.switches.current;
  const major = statusPage === 'major';
  const startedAt = hoursFrom(now, -1.5);
  return {
    page: {
      id: PAGE_ID,
      name: 'DPoD',
      url: vendor.url,
      time_zone: 'Etc/UTC',
      updated_at: now.toISOString(),
    },
    status:
      statusPage === 'operational'
        ? { indicator: 'none', description: 'All Systems Operational' }
        : major
          ? { indicator: 'major', description: 'Partial System Outage' }
          : { indicator: 'minor', description: 'Partially Degraded Service' },
    components: COMPONENTS.map((name, index) => ({
      id: `cmp${index + 1}`,
      name,
      status: conditionOf(name, statusPage),
      position: index + 1,
      description: null,
      showcase: true,
      start_date: '2024-01-01',
      group_id: null,
      page_id: PAGE_ID,
      group: false,
      only_show_if_degraded: false,
      created_at: '2024-01-01T00:00:00.000Z',
      updated_at: startedAt,
    })),
    incidents:
      statusPage === 'operational'
        ? []
        : [
            {
              id: 'inc1',
              name: major ? 'Partitions unreachable' : 'Slow sign operations',
              status: 'investigating',
              impact: major ? 'major' : 'minor',
              created_at: startedAt,
              updated_at: startedAt,
              monitoring_at: null,
              resolved_at: null,
              shortlink: `${vendor.url}/incidents/inc1`,
              page_id: PAGE_ID,
              incident_updates: [
                { id: 'upd1', status: 'investigating', body: 'Looking into it', created_at: startedAt },
              ],
            },
          ],
    scheduled_maintenances:
      statusPage === 'operational'
        ? []
        : [
            {
              id: 'mnt1',
              name: 'Firmware update of payment HSMs',
              status: 'scheduled',
              impact: 'maintenance',
              scheduled_for: hoursFrom(now, 40),
              scheduled_until: hoursFrom(now, 44),
              created_at: hoursFrom(now, -100),
              updated_at: hoursFrom(now, -100),
              page_id: PAGE_ID,
              incident_updates: [],
            },
          ],
  };
}

function resolvedIncident(vendor: Vendor): object {
  const now = vendor.clock();
  return {
    id: 'inc0',
    name: 'Delayed audit log exports',
    status: 'resolved',
    impact: 'minor',
    created_at: hoursFrom(now, -200),
    updated_at: hoursFrom(now, -195),
    monitoring_at: hoursFrom(now, -197),
    resolved_at: hoursFrom(now, -195),
    shortlink: `${vendor.url}/incidents/inc0`,
    page_id: PAGE_ID,
    incident_updates: [{ id: 'upd0', status: 'resolved', body: 'Exports run again', created_at: hoursFrom(now, -195) }],
  };
}

function hoursFrom(now: Date, hours: number): string {
  return new Date(now.getTime() + hours * 3_600_000).toISOString();
}

function unlessDown(vendor: Vendor, answer: () => SandboxAnswer): SandboxAnswer {
  return vendor.switches.current.statusPage === 'down'
    ? { status: 503, headers: { 'content-type': 'text/html' }, body: '<html><body>Service Unavailable</body></html>' }
    : answer();
}

function htmlPage(vendor: Vendor): SandboxAnswer {
  const summary = summarize(vendor);
  const today = vendor.clock().toISOString().slice(0, 10);
  const uptimeValues = summary.components.map(({ id }, index) => ({
    component: id,
    ninety: 99.98 - index / 100,
    sixty: 99.99 - index / 100,
    thirty: 100 - index / 100,
  }));
  const uptimeData = Object.fromEntries(
    summary.components.map(({ id, name, status }) => [
      id,
      {
        component: { code: id, name },
        days: [
          {
            date: today,
            outages: {},
            related_events:
              status === 'operational'
                ? []
                : summary.incidents.map(incident => ({ name: incident.name, code: incident.id })),
          },
        ],
      },
    ]),
  );
  const rows = summary.components.map(({ name, status }) => `<li data-status="${status}">${name}</li>`);
  return {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: `<!doctype html>
<html><head><title>DPoD Status (sandbox)</title></head><body>
<h1>${summary.status.description}</h1>
<ul>${rows.join('')}</ul>
<p>Legend: Operational, Degraded Performance, Partial Outage, Major Outage, Maintenance</p>
<script>
var uptimeValues = ${JSON.stringify(uptimeValues)};
var uptimeData = ${JSON.stringify(uptimeData)};
</script>
</body></html>
`,
  };
}
