import { type Answer, Fault, type Request } from '../kit/index.ts';
import { notConfigured } from './config.ts';
import { type DevopsCall, detailOf, exchange, type Item, isItem, itemsOf, jsonOf } from './reply.ts';

/** Statuses whose meaning is told by `refusalOf`. */
const TOLD = [400, 403, 404, 409];
/** §7.2: a loop through a gateway is seen by this. */
export const HOP = { 'x-gatehouse-hop': '1' } as const;

export function addressOf(call: DevopsCall): string {
  const { apiUrl } = call.state.config;
  if (apiUrl === undefined) throw notConfigured('The platform', ['LIGHT_DEVOPS_API_URL']);
  return apiUrl;
}

/** One read of the platform (fact sheet §4). Throws `Fault`. */
export async function read(
  call: DevopsCall,
  path: string,
  purpose: string,
  query: Request['query'] = {},
): Promise<Item> {
  const request: Request = { path: addressOf(call) + path, query, purpose, headers: HOP, repeatOn: [500] };
  const answer = await exchange(call, { ...request, accept: TOLD }).catch((error: unknown) => {
    throw fromText(error, call, purpose);
  });
  const fault = refusalOf(answer.status, jsonOf(answer), purpose);
  if (fault !== undefined) throw fault;
  return bodyOf(answer, purpose);
}

export function bodyOf(answer: Answer, purpose: string): Item {
  const body = answer.json();
  if (!isItem(body)) throw new Fault('GH_VENDOR_ANSWER', `${purpose}: the answer is not an object.`);
  return body;
}

/** §4.5: the original server wraps a refusal into 500, with the true status before the text. */
function fromText(error: unknown, call: DevopsCall, purpose: string): unknown {
  if (!(error instanceof Fault) || call.state.config.dialect !== 'as-built') return error;
  const status = /"detail":\s*"(\d{3}):/.exec(error.details ?? '')?.[1];
  return (status && refusalOf(Number(status), { detail: error.details }, purpose)) || error;
}

/** What a status of the platform means (§4.4). */
export function refusalOf(status: number, body: unknown, purpose: string): Fault | undefined {
  const detail = detailOf(body);
  const fault = (code: ConstructorParameters<typeof Fault>[0], reason: string): Fault =>
    new Fault(code, `${purpose}: ${detail || `the platform answered ${status}`}.`, { status, fields: { reason } });
  if (status === 400) return fault('GH_VENDOR_REFUSED', 'invalid_arguments');
  if (status === 403) return fault('GH_VENDOR_SCOPE', 'forbidden');
  if (status === 404) return fault('GH_NOT_FOUND', 'not_found');
  if (status === 409) return fault('GH_VENDOR_REFUSED', 'conflict');
  return undefined;
}

/** The rows of a list. Made-up ones are no data: the call fails (§4.5). */
export function rowsOf(body: Item, purpose: string): readonly Item[] {
  const rows = itemsOf(body.data);
  const madeUp = body.loading === true || rows.some(({ message }) => /^(LOADING|MOCK):/.test(String(message ?? '')));
  if (madeUp)
    throw new Fault('GH_VENDOR_ANSWER', `${purpose}: the platform answered with made-up rows, so there is no answer.`, {
      hint: 'Repair the platform’s own connection to Datadog, or give this connection the keys of Datadog.',
      fields: { reason: 'synthetic_data' },
    });
  return rows;
}
