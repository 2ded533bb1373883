import type { Switches } from '../../kit/sandbox.ts';
import type { DpodSwitches } from './switches.ts';

/** What the made-up vendor knows. Records are replaced, never changed; the maps keep the order of creation. */
export interface World {
  readonly tenants: Map<string, Tenant>;
  readonly services: Map<string, ServiceInstance>;
  readonly bindings: Map<string, Binding>;
  readonly tiles: Map<string, Tile>;
  readonly users: Map<string, User>;
  readonly groups: Map<string, SubscriberGroup>;
  readonly credentials: Map<string, Credential>;
  readonly subscriptions: Subscription[];
  /** By tenant. */
  readonly agreements: Map<string, Agreement>;
  readonly exportJobs: Map<string, ExportJob>;
  readonly settings: { automaticTenantOnboarding: boolean };
}

/** The vendor as its route families see it. */
export interface Vendor {
  readonly url: string;
  readonly clock: () => Date;
  readonly world: World;
  readonly switches: Switches<DpodSwitches>;
  readonly newId: () => string;
}

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly companyName: string;
  readonly departmentName: string | null;
  readonly accountType: 'subscriber' | 'service provider';
  readonly accountStatus: 'active' | 'disabled' | 'failed';
  readonly hostname: string;
  readonly serviceQuota: number;
  readonly parentId: string | null;
  readonly billingAddress: Readonly<Record<string, unknown>>;
  readonly admin: {
    readonly givenName: string;
    readonly familyName: string;
    readonly email: string;
    readonly phoneNumber: string;
  };
  /** A PNG of 240 × 96. */
  readonly logo: Uint8Array | null;
}

type ServiceStatus = 'PENDING' | 'ACTIVE' | 'FAILED' | 'DISABLED' | 'DELETING';

export interface ServiceInstance {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly serviceType: string;
  readonly servicePlan: string;
  readonly status: ServiceStatus;
  /** HSM services have one. */
  readonly partitionSerial: string | null;
  readonly createdAt: Date;
  readonly createParams: Readonly<Record<string, unknown>>;
  readonly marketplaceName: string;
  /** Polls until PENDING or DELETING ends. */
  readonly pollsLeft: number;
}

export interface Binding {
  /** Also its `clientId`, and the `actorID` of what the client does. */
  readonly id: string;
  readonly serviceId: string;
  readonly name: string;
  readonly os: 'linux' | 'windows';
  readonly createdBy: string;
  readonly createdAt: Date;
}

export interface Tile {
  readonly id: string;
  readonly name: string;
  readonly shortCode: string;
  readonly category: string;
  readonly enabled: boolean;
  readonly provisionable: boolean;
  readonly description: string;
  readonly plans: readonly { readonly id: string; readonly name: string }[];
}

export interface User {
  readonly id: string;
  readonly tenantId: string;
  readonly username: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly phoneNumber: string | null;
  readonly accountRole: 'spadmin' | 'admin' | 'appowner';
  readonly subscriberGroups: readonly string[];
  /** The tenant's first administrator: goes only with the tenant. */
  readonly primary: boolean;
}

export interface SubscriberGroup {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly description: string | null;
}

export interface Credential {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tenantId: string;
  readonly name: string;
  /** `null`: not one the vendor would let anyone make, so not listed: it exists for tests. */
  readonly role: 'api_spadmin' | 'api_appowner' | 'api_service' | null;
  /** API scopes and UI roles. */
  readonly scopes: readonly string[];
  readonly serviceIds: readonly string[];
  readonly subscriberGroups: readonly string[];
  /** Its token is not a JWT. */
  readonly opaque: boolean;
}

export interface Subscription {
  readonly id: string;
  readonly tenantId: string;
  readonly serviceType: string;
  readonly plan: string;
  readonly type: 'TRIAL' | 'TERM' | 'MONTHLY' | 'UNCOMMITTED';
  readonly state: 'ACTIVE' | 'EXPIRED' | 'CANCELLED';
  readonly marketplaceName: string;
  readonly quantity: number;
  /** `YYYY-MM-DD`, as `endDate`. */
  readonly startDate: string;
  readonly endDate: string | null;
  /** The vendor has been seen to send it as text. */
  readonly autoRenewal: boolean | string;
}

export interface Agreement {
  readonly submission: {
    readonly tenantName: string;
    readonly tenantID: string;
    readonly submittedDate: string;
  } | null;
  readonly terms: {
    readonly duration: number;
    readonly mbus: readonly { readonly serviceType: { readonly shortCode: string }; readonly quantity: number }[];
  };
  readonly acceptance: { readonly agreementDate: string | null; readonly endOfAgreementDate: string | null };
}

export interface ExportJob {
  readonly jobId: string;
  readonly tenantId: string;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly state: 'ACTIVE' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  readonly pollsLeft: number;
  /** `null`: whoever asked may see nothing. */
  readonly filter: AuditFilter | null;
  /** Set when it succeeded. */
  readonly link: { readonly signature: string; readonly expires: Date } | null;
}

export interface AuditFilter {
  readonly from: Date;
  readonly to: Date;
  readonly source?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly actorId?: string | undefined;
  readonly tenantId?: string | undefined;
  readonly action?: string | undefined;
  readonly status?: string | undefined;
}

/** The tenant and everything below it. */
export function subtreeOf(world: World, tenantId: string): readonly Tenant[] {
  const children = [...world.tenants.values()].filter(tenant => tenant.parentId === tenantId);
  const own = world.tenants.get(tenantId);
  return [...(own ? [own] : []), ...children.flatMap(child => subtreeOf(world, child.id))];
}
