import * as z from 'zod';
import { definesFor, Fault } from '../../kit/index.ts';
import type { Dpod } from '../api.ts';

const { action, tool } = definesFor<Dpod>();

/** Statuspage's own words (fact sheet §6); unknown ones are passed on as they are. */
const summary = z.looseObject({
  page: z.looseObject({ updated_at: z.string().optional() }).optional(),
  status: z.looseObject({ indicator: z.string(), description: z.string() }),
  components: z.array(z.looseObject({ name: z.string(), status: z.string(), group: z.boolean().nullish() })),
  incidents: z
    .array(
      z.looseObject({
        name: z.string(),
        status: z.string(),
        created_at: z.string().optional(),
        impact: z.string().optional(),
      }),
    )
    .default([]),
});

const REGION = /\((EU|NA|LATAM) Region\)\s*$/;

export const availability = tool({
  name: 'check_dpod_availability',
  title: 'Availability',
  description: 'Whether DPoD is up, from its public status page. Needs no credentials.',
  actions: {
    check_dpod_status: action({
      description: 'Shows the state of every service and region, and recent incidents.',
      effect: 'read',
      scopes: null,
      anonymous: true,
      input: {},
      async run(_input, call) {
        const url = call.state.statusUrl;
        const answer = await call.http
          .send({ path: `${url}/api/v2/summary.json`, authorized: false, purpose: 'Reading the status page' })
          .catch((error: unknown) => {
            if (!(error instanceof Fault)) throw error;
            throw new Fault(error.code, error.message, {
              fields: { status_page_url: url, timestamp: new Date(call.now()).toISOString() },
              hint: `Look at ${url} in a browser.`,
            });
          });
        const parsed = summary.safeParse(answer.json());
        if (!parsed.success)
          throw new Fault('GH_VENDOR_ANSWER', 'The status page answered something else than its summary.', {
            hint: `Look at ${url} in a browser.`,
            fields: { status_page_url: url },
          });
        return { ...stateOf(parsed.data), status_page_url: url, message: parsed.data.status.description };
      },
    }),
  },
});

function stateOf(page: z.output<typeof summary>) {
  const services: Record<string, { status: string; regions: Record<string, { status: string }> }> = {};
  const regional: Record<string, { operational: number; total: number }> = {};
  for (const component of page.components) {
    if (component.group === true) continue;
    const region = REGION.exec(component.name)?.[1];
    const name = component.name.replace(REGION, '').trim();
    services[name] ??= { status: component.status, regions: {} };
    const service = services[name];
    service.status = worse(service.status, component.status);
    const where = region ?? 'Global';
    service.regions[where] = { status: component.status };
    regional[where] ??= { operational: 0, total: 0 };
    const count = regional[where];
    count.total += 1;
    if (component.status === 'operational') count.operational += 1;
  }
  return {
    overall_status:
      page.status.indicator === 'none' ? 'operational' : `${page.status.indicator}: ${page.status.description}`,
    services,
    regional_status: regional,
    recent_incidents: page.incidents.slice(0, 10).map(incident => ({
      title: incident.name,
      status: incident.status,
      impact: incident.impact ?? null,
      date: incident.created_at ?? null,
    })),
    last_updated: page.page?.updated_at ?? null,
  };
}

const ORDER = ['operational', 'under_maintenance', 'degraded_performance', 'partial_outage', 'major_outage'];

/** A word that is not known counts as the worst: it is not "operational". */
function worse(a: string, b: string): string {
  const rank = (status: string): number => (ORDER.includes(status) ? ORDER.indexOf(status) : ORDER.length);
  return rank(b) > rank(a) ? b : a;
}
