import type { StandaloneDefaults } from '../kit/index.ts';

/** Variables of the original server that mean nothing here, and why. */
const POINTLESS: Readonly<Record<string, string>> = {
  SDP_PORTAL_NAME: 'addresses have the instance alone: SDP_INSTANCE_NAME',
  SDP_HTTP_HOST: 'use --host',
  SDP_HTTP_PORT: 'use --port',
  SDP_USE_DB_TOKENS: 'when tokens were asked for is kept in a file beside the log',
  SDP_USE_AUDIT_LOG: 'get_audit_log always has what was asked',
  SDP_USE_CHANGE_TRACKING: 'the history of Gatehouse tracks changes',
  SDP_DB_HOST: 'use DATABASE_URL',
};

/** One tenant, or several with `GATEHOUSE_TENANTS`. Port 3456 over HTTP, as the original had. */
export const standalone: StandaloneDefaults = {
  transport: 'stdio',
  port: 3_456,
  presentation: 'grouped',
  stores: ['redis', 'postgres'],
  review: env =>
    Object.entries(POINTLESS).flatMap(([name, why]) => (env[name] ? [`${name} has no effect: ${why}.`] : [])),
};
