/** The three API scopes (fact sheet §1.3). Other entries of a token grant nothing. */
export const SP = 'dpod.tenant.api_spadmin';
export const AO = 'dpod.tenant.api_appowner';
export const SV = 'dpod.tenant.api_service';
/**
 * Not of the vendor: stands for SP where the user switched on that service providers may try services too. The vendor says
 * they may not, the original server let them (§3.15).
 */
export const SP_SERVICES = 'gatehouse.spadmin_services';

export const SCOPES = [
  { name: SP, title: 'Service provider: tenants, users, reports' },
  { name: AO, title: 'Application owner: services, clients, credentials, groups' },
  { name: SV, title: 'Service: one service and its clients' },
  { name: SP_SERVICES, title: 'Service provider that also tries services (your setting)' },
] as const;

export const API_SCOPES: readonly string[] = [SP, AO, SV];
