import { Fault, type Settings } from '../kit/index.ts';

export interface Config {
  /** Of the platform, without a slash at the end; `undefined`: there is none. */
  readonly apiUrl: string | undefined;
  /** Which dialect the platform speaks (fact sheet §4.5). */
  readonly dialect: 'contract' | 'as-built';
  readonly allowProduction: boolean;
  /** The gateway's MCP endpoint, when gateway mode is wanted and an address is there. */
  readonly gatewayUrl: string | undefined;
  readonly gatewayWanted: boolean;
  /** Whether reads go around a gateway that is out of order (§7.2). */
  readonly readsFallBack: boolean;
  readonly projectId: string;
  readonly descopeUrl: string;
  readonly audience: string | undefined;
  /** Whose rights count, for users and keys of several tenants. */
  readonly tenant: string | undefined;
  readonly allowAnonymous: boolean;
  readonly datadogUrl: string;
  /** The service that reads are about when none is named. */
  readonly service: string | undefined;
  /** Metric name → Datadog query with `{scope}`; `undefined`: what was given cannot be read. */
  readonly metricQueries: Readonly<Record<string, string>> | undefined;
  /** Who carries out deployments. */
  readonly executor: 'platform' | 'github';
  readonly github: {
    /** As `owner/name`. */
    readonly repository: string | undefined;
    /** Its file name or id. */
    readonly workflow: string;
    /** The branch or tag whose workflow is run. */
    readonly ref: string;
    readonly url: string;
  };
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value.trim() : '') || undefined;
const address = (value: unknown): string | undefined => text(value)?.replace(/\/+$/, '');

/** What the settings say, right or wrong. */
export function configOf(settings: Settings): Config {
  const projectId = text(settings.projectId) ?? '';
  const gatewayWanted = settings.gatewayEnabled === true;
  return {
    apiUrl: address(settings.apiUrl),
    dialect: settings.platformDialect === 'as-built' ? 'as-built' : 'contract',
    allowProduction: settings.allowProduction === true,
    gatewayUrl: gatewayWanted ? text(settings.gatewayUrl) : undefined,
    gatewayWanted,
    readsFallBack: settings.gatewayFallback !== 'off',
    projectId,
    descopeUrl: address(settings.descopeUrl) ?? descopeUrlOf(projectId),
    audience: text(settings.audience),
    tenant: text(settings.tenant),
    allowAnonymous: settings.allowAnonymous === true,
    datadogUrl: address(settings.datadogUrl) ?? `https://api.${text(settings.datadogSite) ?? 'datadoghq.com'}`,
    service: text(settings.service),
    metricQueries: queriesOf(text(settings.metricQueries)),
    executor: settings.executor === 'github' ? 'github' : 'platform',
    github: {
      repository: text(settings.githubRepository),
      workflow: text(settings.githubWorkflow) ?? 'deploy.yml',
      ref: text(settings.githubRef) ?? 'main',
      url: address(settings.githubUrl) ?? 'https://api.github.com',
    },
  };
}

/** §1.1: an id of 32 or more characters carries its region in characters 2 to 5. */
function descopeUrlOf(projectId: string): string {
  const region = projectId.length >= 32 ? `${projectId.slice(1, 5).toLowerCase()}.` : '';
  return `https://api.${region}descope.com`;
}

function queriesOf(json: string | undefined): Config['metricQueries'] {
  if (json === undefined) return {};
  try {
    const queries: unknown = JSON.parse(json);
    if (typeof queries !== 'object' || queries === null || Array.isArray(queries)) return undefined;
    const entries = Object.entries(queries);
    return entries.every(([, query]) => typeof query === 'string') ? Object.fromEntries(entries) : undefined;
  } catch {
    return undefined;
  }
}

/** Names all settings that are missing (§7.6). */
export function notConfigured(what: string, missing: readonly string[]): Fault {
  return new Fault('GH_SIGN_IN', `${what} is not set up. Missing: ${missing.join(', ')}.`, {
    hint: 'A person adds the named settings to this connection.',
    fields: { reason: 'not_configured', missing },
  });
}
