import { Fault, type Settings } from '../kit/index.ts';

interface DataCentre {
  readonly title: string;
  /** Where tokens come from; never the host of the API (fact sheet §0.2 row 1). */
  readonly accounts: string;
  readonly api: string;
  readonly console: string;
}

/** §1.1: the pairs that the vendor documents. */
export const DATA_CENTRES: Readonly<Record<string, DataCentre>> = {
  US: centre('United States', 'accounts.zoho.com', 'sdpondemand.manageengine.com', 'api-console.zoho.com'),
  EU: centre('Europe', 'accounts.zoho.eu', 'sdpondemand.manageengine.eu', 'api-console.zoho.eu'),
  IN: centre('India', 'accounts.zoho.in', 'sdpondemand.manageengine.in', 'api-console.zoho.in'),
  AU: centre('Australia', 'accounts.zoho.com.au', 'servicedeskplus.net.au', 'api-console.zoho.com.au'),
  CN: centre('China', 'accounts.zoho.com.cn', 'servicedeskplus.cn', 'api-console.zoho.com.cn'),
  JP: centre('Japan', 'accounts.zoho.jp', 'servicedeskplus.jp', 'api-console.zoho.jp'),
  CA: centre('Canada', 'accounts.zohocloud.ca', 'servicedeskplus.ca', 'api-console.zohocloud.ca'),
  UK: centre('United Kingdom', 'accounts.zoho.uk', 'servicedeskplus.uk', 'api-console.zoho.uk'),
  SA: centre('Saudi Arabia', 'accounts.zoho.sa', 'servicedeskplus.sa', 'api-console.zoho.sa'),
};

function centre(title: string, accounts: string, api: string, console: string): DataCentre {
  return { title, accounts, api, console };
}

/** Where one tenant lives. */
export interface Place {
  readonly dataCentre: string;
  readonly portal: string | undefined;
  /** `https://host`, without path. */
  readonly origin: string;
  /** With `/app/<portal>` and `/api/v3` (§1.2). */
  readonly baseUrl: string;
  /** `https://accounts…`, without path. */
  readonly accountsUrl: string;
}

/** From the settings of a connection. Throws `GH_INVALID_INPUT` for an accounts host that is not the vendor's. */
export function placeOf(settings: Settings): Place {
  const dataCentre = textOf(settings.dataCenter)?.toUpperCase() ?? 'US';
  const known = DATA_CENTRES[dataCentre];
  if (known === undefined)
    throw new Fault('GH_INVALID_INPUT', `There is no data centre ${dataCentre}.`, {
      hint: `Use one of: ${Object.keys(DATA_CENTRES).join(', ')}.`,
    });
  const api = new URL(textOf(settings.baseUrl) ?? `https://${known.api}`);
  // An address that was copied from the browser brings the portal with it.
  const inAddress = /^\/app\/([^/]+)/.exec(api.pathname)?.[1];
  const portal = textOf(settings.portal) ?? inAddress;
  return {
    dataCentre,
    portal,
    origin: api.origin,
    baseUrl: `${api.origin}${portal === undefined ? '' : `/app/${encodeURIComponent(portal)}`}/api/v3`,
    accountsUrl: accountsOf(textOf(settings.accountsUrl), known, api),
  };
}

/** The secret of the self client goes to the vendor and to nobody else; a sandbox is on this machine, and so is its API. */
function accountsOf(given: string | undefined, known: DataCentre, api: URL): string {
  if (given === undefined) {
    if (isLoopback(api)) throw new Fault('GH_INVALID_INPUT', 'A sandbox has an accounts address of its own.');
    return `https://${known.accounts}`;
  }
  const url = new URL(given);
  const vendors = Object.values(DATA_CENTRES).map(({ accounts }) => accounts);
  if (isLoopback(url) ? isLoopback(api) : url.protocol === 'https:' && vendors.includes(url.hostname))
    return url.origin;
  throw new Fault('GH_INVALID_INPUT', `${url.host} is no accounts host of Zoho, so no credential is sent there.`, {
    hint: `Leave accountsUrl empty, or use one of: ${vendors.join(', ')}.`,
  });
}

function isLoopback(url: URL): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
