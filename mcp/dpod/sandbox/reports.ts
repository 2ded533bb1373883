import { jsonAnswer, Refusal, type Route, type SandboxAnswer, type SandboxRequest } from '../../kit/sandbox.ts';
import { type Caller, type Guard, SP } from './access.ts';
import { queryId } from './requests.ts';
import { type ServiceInstance, subtreeOf, type Tenant, type Vendor } from './world.ts';

/** What is used and what it costs: service summaries, billing, usage (§3.4, §3.5). */
export function reportRoutes(vendor: Vendor, guard: Guard): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/service_instances/summary',
      handle: guard('reports.summary', (_, caller) =>
        jsonAnswer(200, summaryRows(servicesOf(vendor, reportableTenants(vendor, caller)))),
      ),
    },
    {
      method: 'GET',
      path: '/v1/service_instances/usageBillingReport',
      handle: guard('reports.billing', (request, caller) => billing(vendor, request, caller)),
    },
    {
      method: 'GET',
      path: '/v1/tenants/servicesSummary',
      handle: guard('tenants', (request, caller) => jsonAnswer(200, tenantRows(vendor, request, caller))),
    },
    {
      method: 'GET',
      path: '/v1/tenants/servicesSummaryFile',
      handle: guard('tenants', (request, caller) => {
        const rows = tenantRows(vendor, request, caller);
        return csvAnswer('services-summary.csv', [
          ['Tenant ID', 'Tenant Name', 'Service Type', 'Marketplace Name', 'Count'],
          ...rows.map(row => [row.tenantId, row.tenantName, row.serviceType, row.marketplaceName, row.count]),
        ]);
      }),
    },
    {
      method: 'GET',
      path: '/v1/tenants/usageDetails',
      handle: guard('tenants', (request, caller) => jsonAnswer(200, usageRows(vendor, request, caller))),
    },
    {
      method: 'GET',
      path: '/v1/tenants/usageReport',
      handle: guard('tenants', (request, caller) => {
        const rows = usageRows(vendor, request, caller);
        return csvAnswer('usage-report.csv', [
          ['Tenant ID', 'Tenant Name', 'Service Type', 'Service Count', 'Service Days'],
          ...rows.map(row => [row.tenantId, row.tenantName, row.serviceType, row.serviceCount, row.serviceDays]),
        ]);
      }),
    },
  ];
}

/** A service provider reports on everything below it, everyone else on the own tenant. */
function reportableTenants({ world }: Vendor, caller: Caller): readonly Tenant[] {
  const below = subtreeOf(world, caller.tenantId);
  return caller.scopes.includes(SP) ? below : below.filter(tenant => tenant.id === caller.tenantId);
}

function chosenTenants(vendor: Vendor, request: SandboxRequest, caller: Caller): readonly Tenant[] {
  const tenants = reportableTenants(vendor, caller);
  const wanted = queryId(request, 'tenantId');
  if (wanted === undefined) return tenants;
  const chosen = tenants.filter(tenant => tenant.id === wanted);
  if (chosen.length === 0) throw new Refusal(404, 'Tenant not found');
  return chosen;
}

function servicesOf({ world }: Vendor, tenants: readonly Tenant[]): readonly ServiceInstance[] {
  const ids = new Set(tenants.map(tenant => tenant.id));
  return [...world.services.values()].filter(service => ids.has(service.tenantId));
}

/** FIPS and non-FIPS services are counted apart (§3.4). */
function billedType(service: ServiceInstance): string {
  return service.createParams.deviceType === 'cryptovisor_fips' ? `${service.serviceType}_FIPS` : service.serviceType;
}

interface SummaryRow {
  readonly tenantId: string;
  readonly serviceType: string;
  readonly marketplaceName: string;
  readonly count: number;
}

function summaryRows(services: readonly ServiceInstance[]): readonly SummaryRow[] {
  const rows = new Map<string, SummaryRow>();
  for (const service of services) {
    const row = {
      tenantId: service.tenantId,
      serviceType: billedType(service),
      marketplaceName: service.marketplaceName,
    };
    const key = Object.values(row).join('|');
    rows.set(key, { ...row, count: (rows.get(key)?.count ?? 0) + 1 });
  }
  return [...rows.values()];
}

function tenantRows(vendor: Vendor, request: SandboxRequest, caller: Caller) {
  const type = request.query.get('serviceType');
  const services = servicesOf(vendor, reportableTenants(vendor, caller)).filter(
    service => type === null || service.serviceType === type,
  );
  return summaryRows(services).map(row => ({ ...row, tenantName: vendor.world.tenants.get(row.tenantId)?.name ?? '' }));
}

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_RANGE_DAYS = 31;

interface Period {
  readonly start: Date;
  readonly end: Date;
}

/** Both dates are required, exactly 24 characters long (§3.4). Throws Refusal 400. */
function billingPeriod(request: SandboxRequest): Period {
  const read = (name: string): Date => {
    const text = request.query.get(name);
    if (text === null) throw new Refusal(400, `Required parameter '${name}' is not present`);
    if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(text)) {
      throw new Refusal(400, `${name}: must be YYYY-MM-DDTHH:MM:SS.mmmZ`);
    }
    return realDate(name, text);
  };
  return checkedPeriod({ start: read('startDate'), end: read('endDate') });
}

/** The form of these dates is not known: a day or a time in UTC will do. Throws Refusal 400. */
function usagePeriod(request: SandboxRequest): Period {
  const read = (name: string, time: string): Date => {
    const text = request.query.get(name);
    if (text === null) throw new Refusal(400, `Required parameter '${name}' is not present`);
    return realDate(name, /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T${time}Z` : text);
  };
  return checkedPeriod({ start: read('startDate', '00:00:00.000'), end: read('endDate', '23:59:59.999') });
}

function realDate(name: string, text: string): Date {
  const date = new Date(text);
  // `new Date` would make 3 March out of 31 February.
  if (Number.isNaN(date.getTime()) || !date.toISOString().startsWith(text.slice(0, 10))) {
    throw new Refusal(400, `${name}: '${text}' is no date`);
  }
  return date;
}

function checkedPeriod(period: Period): Period {
  if (period.start.getTime() >= period.end.getTime()) throw new Refusal(400, 'startDate must be before endDate');
  if (period.end.getTime() - period.start.getTime() > MAX_RANGE_DAYS * DAY_MS) {
    throw new Refusal(400, `The range must not exceed ${MAX_RANGE_DAYS} days`);
  }
  return period;
}

/** One line per service instance that existed in the period. */
function billing(vendor: Vendor, request: SandboxRequest, caller: Caller): SandboxAnswer {
  const { start, end } = billingPeriod(request);
  const type = request.query.get('shortCode');
  const services = servicesOf(vendor, chosenTenants(vendor, request, caller)).filter(
    service => service.createdAt.getTime() <= end.getTime() && (type === null || service.serviceType === type),
  );
  return csvAnswer('usage-billing.csv', [
    [
      'Tenant ID',
      'Tenant Name',
      'Service ID',
      'Service Name',
      'Service Type',
      'Plan',
      'Marketplace Name',
      'Start',
      'End',
    ],
    ...services.map(service => [
      service.tenantId,
      vendor.world.tenants.get(service.tenantId)?.name ?? '',
      service.id,
      service.name,
      billedType(service),
      service.servicePlan === 'trial' ? 'Trial' : 'Professional - Monthly',
      service.marketplaceName,
      new Date(Math.max(start.getTime(), service.createdAt.getTime())).toISOString(),
      end.toISOString(),
    ]),
  ]);
}

function usageRows(vendor: Vendor, request: SandboxRequest, caller: Caller) {
  const { start, end } = usagePeriod(request);
  return chosenTenants(vendor, request, caller).flatMap(tenant => {
    const services = servicesOf(vendor, [tenant]).filter(service => service.createdAt.getTime() <= end.getTime());
    return [...new Set(services.map(billedType))].map(serviceType => {
      const ofType = services.filter(service => billedType(service) === serviceType);
      const days = ofType.map(
        service => (end.getTime() - Math.max(start.getTime(), service.createdAt.getTime())) / DAY_MS,
      );
      return {
        tenantId: tenant.id,
        tenantName: tenant.name,
        serviceType,
        serviceCount: ofType.length,
        serviceDays: Math.ceil(days.reduce((sum, value) => sum + value, 0)),
      };
    });
  });
}

function csvAnswer(fileName: string, rows: readonly (readonly (string | number)[])[]): SandboxAnswer {
  const cell = (value: string | number): string => {
    const text = String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return {
    status: 200,
    headers: { 'content-type': 'text/csv', 'content-disposition': `attachment; filename="${fileName}"` },
    body: rows.map(row => `${row.map(cell).join(',')}\n`).join(''),
  };
}
