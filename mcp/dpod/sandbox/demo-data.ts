import { createRandom, stableId } from '../../kit/sandbox.ts';
import { AO, SP, SV } from './access.ts';
import { initialTiles, isHsm, newPartitionSerial } from './catalogue.ts';
import { drawLogo } from './png.ts';
import type {
  Agreement,
  Binding,
  Credential,
  ServiceInstance,
  SubscriberGroup,
  Subscription,
  Tenant,
  User,
  World,
} from './world.ts';

/**
 * The demonstration: a made-up service provider, its tenants, and a year of work. The same on every start, with all
 * dates relative to the day of the start. Domains end in `.test`, telephone numbers are fictitious.
 */
export function createWorld(now: Date): World {
  const today = new Date(`${now.toISOString().slice(0, 10)}T00:00:00Z`);
  const tenants = createTenants();
  const groups = createGroups(tenants);
  const users = createUsers(tenants, groups);
  const services = createServices(tenants, today);
  return {
    tenants: byId(tenants),
    services: byId(services),
    bindings: byId(createBindings(services, users, today)),
    tiles: byId(initialTiles()),
    users: byId(users),
    groups: byId(groups),
    credentials: new Map(createCredentials(services, groups).map(credential => [credential.clientId, credential])),
    subscriptions: createSubscriptions(tenants, today),
    agreements: createAgreements(tenants, today),
    exportJobs: new Map(),
    settings: { automaticTenantOnboarding: false },
  };
}

function byId<T extends { readonly id: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map(item => [item.id, item]));
}

const DAY_MS = 24 * 60 * 60 * 1000;

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function daysBefore(today: Date, days: number): Date {
  return new Date(today.getTime() - days * DAY_MS);
}

// ---- Tenants

const ROOT = 'meridian';
const NEIGHBOUR = 'harbour-bank';

type TenantRow = readonly [
  hostname: string,
  name: string,
  parent: string | null,
  country: string,
  quota: number,
  admin: readonly [givenName: string, familyName: string],
];

const TENANTS: readonly TenantRow[] = [
  [ROOT, 'Meridian Trust Services', null, 'NL', 400, ['Ada', 'Verhoeven']],
  ['meridian-nordics', 'Meridian Nordics', ROOT, 'SE', 50, ['Elin', 'Lindqvist']],
  [NEIGHBOUR, 'Harbour Bank', ROOT, 'GB', 6, ['Tomasz', 'Kerr']],
  ['larkspur-health', 'Larkspur Health', ROOT, 'DE', 10, ['Miriam', 'Vogel']],
  ['tidewater-energy', 'Tidewater Energy', ROOT, 'US', 12, ['Carlos', 'Whitfield']],
  ['cobalt-games', 'Cobalt Games', ROOT, 'US', 4, ['Jun', 'Sato']],
  ['old-mill-press', 'Old Mill Press', ROOT, 'FR', 2, ['Lucie', 'Moreau']],
  ['quarry-logistics', 'Quarry Logistics', ROOT, 'NL', 5, ['Bram', 'Dekker']],
  ['saffron-foods', 'Saffron Foods', ROOT, 'IT', 2, ['Paola', 'Ricci']],
  ['city-of-alder', 'City of Alder', ROOT, 'CA', 8, ['Noor', 'Haddad']],
  ['juniper-retail', 'Juniper Retail', 'meridian-nordics', 'SE', 10, ['Oskar', 'Berg']],
  ['fjord-mobility', 'Fjord Mobility', 'meridian-nordics', 'SE', 10, ['Ingrid', 'Solheim']],
  ['meridian-baltics', 'Meridian Baltics', 'meridian-nordics', 'SE', 20, ['Kaspar', 'Tamm']],
  ['amber-insurance', 'Amber Insurance', 'meridian-baltics', 'SE', 6, ['Rasa', 'Jonaitis']],
];

function tenantId(hostname: string): string {
  return stableId('dpod', 'tenant', hostname);
}

function createTenants(): readonly Tenant[] {
  return TENANTS.map(([hostname, name, parent, country, serviceQuota, [givenName, familyName]], index) => ({
    id: tenantId(hostname),
    name,
    companyName: `${name} Ltd`,
    departmentName: index % 3 === 0 ? 'Security' : index % 3 === 1 ? 'IT Operations' : null,
    accountType: hostname.startsWith(ROOT) ? ('service provider' as const) : ('subscriber' as const),
    accountStatus:
      hostname === 'old-mill-press'
        ? ('failed' as const)
        : hostname === 'cobalt-games'
          ? ('disabled' as const)
          : ('active' as const),
    hostname,
    serviceQuota,
    parentId: parent === null ? null : tenantId(parent),
    billingAddress: {
      country,
      ...(country === 'US' ? { state: 'TX' } : {}),
      ...(country === 'CA' ? { state: 'BC' } : {}),
    },
    admin: {
      givenName,
      familyName,
      email: `${givenName}.${familyName}@${hostname}.test`.toLowerCase(),
      phoneNumber: `+1555010${index}`.padEnd(10, '0'),
    },
    logo: index % 4 === 3 ? null : drawLogo(hostname),
  }));
}

// ---- People

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  [ROOT]: ['Payments', 'PKI Operations', 'Databases', 'Release Engineering', 'Workplace', 'Research'],
  [NEIGHBOUR]: ['Treasury', 'Card Services'],
  'larkspur-health': ['Clinical Systems'],
  'tidewater-energy': ['Grid Control', 'Billing'],
  'juniper-retail': ['Stores'],
};

function createGroups(tenants: readonly Tenant[]): readonly SubscriberGroup[] {
  return tenants.flatMap(tenant =>
    (GROUPS[tenant.hostname] ?? []).map(name => ({
      id: stableId('dpod', 'group', tenant.hostname, name),
      tenantId: tenant.id,
      name,
      description: `${name} at ${tenant.name}`,
    })),
  );
}

const GIVEN_NAMES = [
  'Lee',
  'Sanne',
  'Marcus',
  'Yara',
  'Piotr',
  'Hanna',
  'Dario',
  'Aiko',
  'Femke',
  'Owen',
  'Zofia',
  'Ravi',
];
const FAMILY_NAMES = ['Ashdown', 'Bakker', 'Castellan', 'Dunmore', 'Eklund', 'Farouk', 'Grieve', 'Holloway', 'Iversen'];

function createUsers(tenants: readonly Tenant[], groups: readonly SubscriberGroup[]): readonly User[] {
  return tenants.flatMap(tenant => {
    const random = createRandom('people', tenant.hostname);
    const admin: User = {
      id: stableId('dpod', 'user', tenant.hostname, 'admin'),
      tenantId: tenant.id,
      username: tenant.admin.email,
      givenName: tenant.admin.givenName,
      familyName: tenant.admin.familyName,
      phoneNumber: tenant.admin.phoneNumber,
      accountRole: tenant.accountType === 'service provider' ? 'spadmin' : 'admin',
      subscriberGroups: [],
      primary: true,
    };
    const first = Math.floor(random() * GIVEN_NAMES.length * FAMILY_NAMES.length);
    const owners = groups
      .filter(group => group.tenantId === tenant.id)
      .flatMap(group => [group, group, group])
      .map((group, index): User => {
        // 7 shares no factor with the number of full names, so nobody comes twice.
        const nth = first + index * 7;
        const givenName = GIVEN_NAMES[nth % GIVEN_NAMES.length] ?? '';
        const familyName = FAMILY_NAMES[Math.floor(nth / GIVEN_NAMES.length) % FAMILY_NAMES.length] ?? '';
        return {
          id: stableId('dpod', 'user', tenant.hostname, index),
          tenantId: tenant.id,
          username: `${givenName}.${familyName}@${tenant.hostname}.test`.toLowerCase(),
          givenName,
          familyName,
          phoneNumber: index % 3 === 2 ? null : `+155501${String(Math.floor(random() * 1000)).padStart(3, '0')}`,
          accountRole: 'appowner',
          subscriberGroups: [group.id],
          primary: false,
        };
      });
    return [admin, ...owners];
  });
}

function pick<T>(items: readonly [T, ...T[]] | readonly T[], fraction: number): T {
  const item = items[Math.floor(fraction * items.length)];
  if (item === undefined) throw new Error('Nothing to pick from.');
  return item;
}

// ---- Services

const APPLICATIONS: readonly (readonly [name: string, serviceType: string])[] = [
  ['payroll-vault', 'key_vault'],
  ['card-issuing', 'key_vault'],
  ['ledger-signing', 'digital_signing'],
  ['pki-root', 'pki_private_key_protection'],
  ['pki-issuing', 'pki_private_key_protection'],
  ['adcs-office', 'ms_adcs'],
  ['oracle-core', 'oracle_tde_database'],
  ['oracle-claims', 'oracle_tde_database'],
  ['sql-warehouse', 'ms_sql_server'],
  ['jar-signing', 'java_code_sign'],
  ['authenticode', 'ms_authenticode'],
  ['fabric-orderer', 'hyperledger'],
  ['dke-documents', 'luna_dke'],
  ['privileged-access', 'cyberark_digital_vault'],
  ['hsm-backup', 'luna_hsm_backup'],
  ['terminal-keys', 'hsm_key_export'],
  ['instant-payments', 'key_vault'],
  ['open-banking', 'key_vault'],
  ['tokenization', 'key_vault'],
  ['document-seal', 'digital_signing'],
  ['timestamping', 'digital_signing'],
  ['device-identity', 'key_vault'],
  ['firmware-signing', 'key_vault'],
  ['vpn-gateway', 'key_vault'],
  ['mail-gateway', 'key_vault'],
  ['secrets-engine', 'key_vault'],
  ['kubernetes-kms', 'key_vault'],
  ['object-storage', 'key_vault'],
  ['dnssec', 'key_vault'],
  ['fraud-scoring', 'key_vault'],
  ['loyalty-points', 'key_vault'],
];

const STAGES = ['prod', 'staging', 'dev', 'dr'] as const;
/** Days; what runs in production has a full year of history. */
const AGES: Readonly<Record<(typeof STAGES)[number], number>> = { prod: 410, staging: 300, dev: 120, dr: 45 };

function createServices(tenants: readonly Tenant[], today: Date): readonly ServiceInstance[] {
  const root = tenantId(ROOT);
  const own = STAGES.flatMap(stage =>
    APPLICATIONS.map(([name, type], index) => service(root, `${name}-${stage}`, type, today, AGES[stage] + index * 9)),
  );
  const special: readonly ServiceInstance[] = [
    ...(['cdsp-europe', 'cdsp-us', 'cdsp-lab'] as const).map((name, index) => ({
      ...service(root, name, 'ctaas', today, 400 - index * 120),
      createParams: {
        cluster: name === 'cdsp-us' ? 'gcp-us-east1' : 'gcp-europe-west3',
        tenant_rot_anchor: name === 'cdsp-lab' ? 'softkek' : 'hsmod',
      },
    })),
    service(root, 'payments-hsm', 'payshield_eu', today, 200),
    { ...service(root, 'ended-trial', 'key_vault', today, 75), servicePlan: 'trial', status: 'DISABLED' },
    { ...service(root, 'pilot-trial', 'key_vault', today, 11), servicePlan: 'trial' },
    {
      ...service(root, 'migration-target', 'key_vault', today, 3),
      status: 'FAILED',
      partitionSerial: null,
    },
    {
      ...service(root, 'new-branch-office', 'key_vault', today, 0),
      status: 'PENDING',
      partitionSerial: null,
      pollsLeft: 2,
    },
  ];
  const others = tenants
    .filter(tenant => tenant.id !== root && tenant.accountStatus !== 'failed')
    .flatMap(tenant => {
      const random = createRandom('services', tenant.hostname);
      const count = tenant.hostname === NEIGHBOUR ? 5 : 1 + Math.floor(random() * Math.min(5, tenant.serviceQuota - 1));
      const services = Array.from({ length: count }, (_, index) => {
        const [name, type] = pick(APPLICATIONS, (index + random()) / count);
        return service(tenant.id, `${name}-${tenant.hostname.split('-').join('')}`, type, today, 30 + index * 60);
      });
      return tenant.hostname === NEIGHBOUR
        ? [...services, service(tenant.id, 'cdsp-harbour', 'ctaas', today, 150)]
        : services;
    });
  // Old ones first, as the vendor would list them.
  return [...own, ...special, ...others].sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}

function service(tenant: string, name: string, serviceType: string, today: Date, ageDays: number): ServiceInstance {
  const random = createRandom('service', tenant, name);
  const hsm = isHsm(serviceType);
  const plans = serviceType === 'key_vault' ? ['single_hsm', 'dual_hsm', 'multi_hsm'] : ['standard'];
  const createdAt = new Date(daysBefore(today, ageDays).getTime() - Math.floor(random() * 0.9 * 86_400) * 1000);
  return {
    id: stableId('dpod', 'service', tenant, name),
    tenantId: tenant,
    name,
    serviceType,
    servicePlan: serviceType === 'ctaas' ? 'Tenant' : pick(plans, random()),
    status: 'ACTIVE',
    partitionSerial: hsm ? newPartitionSerial(tenant, name) : null,
    createdAt,
    createParams: hsm ? { deviceType: random() < 0.7 ? 'cryptovisor_fips' : 'cryptovisor' } : {},
    marketplaceName: random() < 0.85 ? 'DPoD' : 'Partner Marketplace',
    pollsLeft: 0,
  };
}

const CLIENT_NAMES = ['app-server', 'batch-worker', 'jump-host', 'build-agent'];

function createBindings(services: readonly ServiceInstance[], users: readonly User[], today: Date): readonly Binding[] {
  return services
    .filter(candidate => candidate.partitionSerial !== null)
    .flatMap(candidate => {
      const random = createRandom('bindings', candidate.id);
      const people = users.filter(user => user.tenantId === candidate.tenantId);
      return Array.from({ length: 1 + Math.floor(random() * 4) }, (_, index): Binding => {
        const name = `${pick(CLIENT_NAMES, random())}-${index + 1}`;
        const age = today.getTime() - candidate.createdAt.getTime();
        return {
          id: stableId('dpod', 'binding', candidate.id, index),
          serviceId: candidate.id,
          name,
          os: random() < 0.75 ? 'linux' : 'windows',
          createdBy: pick(people, random()).username,
          // The first client comes with the service, so that its history starts there.
          createdAt: new Date(candidate.createdAt.getTime() + Math.floor(index * 0.2 * age)),
        };
      });
    });
}

// ---- Credentials

interface CredentialRow {
  readonly label: string;
  readonly tenant: string;
  readonly role: Credential['role'];
  readonly scopes: readonly string[];
  readonly opaque?: boolean;
}

/** In the order in which the sandbox offers them. */
const CREDENTIALS: readonly CredentialRow[] = [
  { label: 'SP+AO', tenant: ROOT, role: null, scopes: [SP, AO] },
  { label: 'SP', tenant: ROOT, role: 'api_spadmin', scopes: [SP] },
  { label: 'AO', tenant: ROOT, role: 'api_appowner', scopes: [AO] },
  { label: 'SV', tenant: ROOT, role: 'api_service', scopes: [SV] },
  { label: 'SP+AO+SV', tenant: ROOT, role: null, scopes: [SP, AO, SV] },
  { label: 'none', tenant: ROOT, role: null, scopes: ['dpod.tenant.spadmin', 'dpod.tenant.admin'] },
  { label: 'opaque', tenant: ROOT, role: null, scopes: [SP, AO], opaque: true },
  { label: 'AO of another tenant', tenant: NEIGHBOUR, role: 'api_appowner', scopes: [AO] },
];

/** The credentials to sign in with, under their labels. */
export function demoCredentials(world: World): readonly (readonly [label: string, credential: Credential])[] {
  return CREDENTIALS.flatMap(row => {
    const credential = world.credentials.get(stableId('dpod', 'credential', row.label));
    return credential ? [[row.label, credential] as const] : [];
  });
}

function createCredentials(
  services: readonly ServiceInstance[],
  groups: readonly SubscriberGroup[],
): readonly Credential[] {
  const forSignIn = CREDENTIALS.map((row): Credential => {
    const tenant = tenantId(row.tenant);
    const ownService = services.find(
      candidate => candidate.tenantId === tenant && candidate.name === 'payroll-vault-prod',
    );
    const ownGroup = groups.find(group => group.tenantId === tenant);
    return {
      clientId: stableId('dpod', 'credential', row.label),
      clientSecret: `sandbox-secret-${stableId('dpod', 'secret', row.label).slice(0, 18)}`,
      tenantId: tenant,
      name: `sandbox ${row.label}`,
      role: row.role,
      scopes: row.scopes,
      serviceIds: row.role === 'api_service' && ownService ? [ownService.id] : [],
      subscriberGroups: row.scopes.includes(AO) && ownGroup ? [ownGroup.id] : [],
      opaque: row.opaque ?? false,
    };
  });
  const inUse = ['billing-export', 'terraform', 'monitoring', 'onboarding-portal', 'certificate-robot'].map(
    (name, index): Credential => {
      const ownService = services.find(
        candidate => candidate.tenantId === tenantId(ROOT) && candidate.name === 'pki-issuing-prod',
      );
      const role = index === 0 || index === 3 ? 'api_spadmin' : index === 4 ? 'api_service' : 'api_appowner';
      return {
        clientId: stableId('dpod', 'credential', name),
        clientSecret: `sandbox-secret-${stableId('dpod', 'secret', name).slice(0, 18)}`,
        tenantId: tenantId(ROOT),
        name,
        role,
        scopes: [`dpod.tenant.${role}`],
        serviceIds: role === 'api_service' && ownService ? [ownService.id] : [],
        subscriberGroups: role === 'api_appowner' ? groups.slice(index, index + 1).map(group => group.id) : [],
        opaque: false,
      };
    },
  );
  return [...forSignIn, ...inUse];
}

// ---- Money

function createSubscriptions(tenants: readonly Tenant[], today: Date): Subscription[] {
  const plans = [
    { plan: 'Professional - 12 Month Term', type: 'TERM', months: 12 },
    { plan: 'Professional - 36 Month Term', type: 'TERM', months: 36 },
    { plan: 'Professional - Monthly', type: 'MONTHLY', months: null },
    { plan: 'Trial', type: 'TRIAL', months: 1 },
    { plan: 'Uncommitted', type: 'UNCOMMITTED', months: null },
  ] as const;
  const types = ['key_vault', 'ctaas', 'digital_signing', 'oracle_tde_database', 'payshield_eu'];
  return tenants
    .filter(tenant => tenant.accountStatus !== 'failed')
    .flatMap((tenant, tenantIndex) => {
      const random = createRandom('subscriptions', tenant.hostname);
      return Array.from({ length: tenantIndex === 0 ? 6 : 1 + Math.floor(random() * 3) }, (_, index): Subscription => {
        const { plan, type, months } = plans[(tenantIndex + index) % plans.length] ?? plans[0];
        const start = daysBefore(today, 20 + Math.floor(random() * 500));
        const end = months === null ? null : lastDay(start, months);
        const expired = end !== null && end.getTime() < today.getTime();
        return {
          id: `SUB-${1001 + tenantIndex * 10 + index}`,
          tenantId: tenant.id,
          serviceType: pick(types, (index + random()) / 6),
          plan,
          type,
          state: tenant.accountStatus === 'disabled' ? 'CANCELLED' : expired ? 'EXPIRED' : 'ACTIVE',
          marketplaceName: random() < 0.8 ? 'DPoD' : 'Partner Marketplace',
          quantity: 1 + Math.floor(random() * 8),
          startDate: day(start),
          endDate: end === null ? null : day(end),
          autoRenewal: tenantIndex === 2 && index === 0 ? 'true,' : type === 'TERM' && !expired && random() < 0.7,
        };
      });
    });
}

/** A term of 12 months from 1 January ends on 31 December (§3.11). */
function lastDay(start: Date, months: number): Date {
  const end = new Date(start);
  end.setUTCMonth(end.getUTCMonth() + months);
  return new Date(end.getTime() - DAY_MS);
}

/** None for most; one waits for approval, one was never submitted, some are approved, one of these has ended. */
function createAgreements(tenants: readonly Tenant[], today: Date): Map<string, Agreement> {
  const states: Readonly<Record<string, 'draft' | 'submitted' | 'approved' | 'ended'>> = {
    [ROOT]: 'approved',
    [NEIGHBOUR]: 'submitted',
    'larkspur-health': 'approved',
    'tidewater-energy': 'approved',
    'quarry-logistics': 'submitted',
    'city-of-alder': 'ended',
    'juniper-retail': 'draft',
  };
  return new Map(
    tenants.flatMap(tenant => {
      const state = states[tenant.hostname];
      if (state === undefined) return [];
      const age = state === 'ended' ? 400 : state === 'approved' ? 120 : 6;
      const accepted = state === 'approved' || state === 'ended' ? daysBefore(today, age - 3) : null;
      const agreement: Agreement = {
        submission:
          state === 'draft'
            ? null
            : {
                tenantName: tenant.name,
                tenantID: tenant.id,
                submittedDate: `${day(daysBefore(today, age))}T10:00:00Z`,
              },
        terms: {
          duration: 12,
          mbus: [
            { serviceType: { shortCode: 'key_vault' }, quantity: 2 },
            { serviceType: { shortCode: 'ctaas' }, quantity: 1 },
          ],
        },
        acceptance: {
          agreementDate: accepted ? `${day(accepted)}T09:30:00Z` : null,
          endOfAgreementDate: accepted ? `${day(lastDay(accepted, 12))}T23:59:59Z` : null,
        },
      };
      return [[tenant.id, agreement] as const];
    }),
  );
}
