import * as z from 'zod';
import { type Answer, type Call, Fault, type Outcome } from '../kit/index.ts';
import type { Auth } from './auth.ts';
import { AO, SP, SP_SERVICES } from './scopes.ts';

/** What an account keeps in memory. */
export interface Dpod {
  readonly auth: Auth;
  readonly baseUrl: string;
  readonly authUrl: string;
  readonly statusUrl: string;
  /** Milliseconds of the first pause when something is polled. */
  readonly pollMs: number;
  /** The user lets a service provider's credential try services. */
  readonly spServices: boolean;
}

export type DpodCall = Call<Dpod>;

export const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'must be a UUID (36 characters)');
/** §2: zero based; the original allowed 1 to 100. */
export const page = z.int().min(0).default(0).describe('page number, from 0');
export const size = z.int().min(1).max(100).default(50).describe('entries on a page, 1 to 100');

const paged = z.looseObject({
  content: z.array(z.looseObject({})),
  number: z.number().optional(),
  size: z.number().optional(),
  totalElements: z.number().optional(),
  totalPages: z.number().optional(),
});

export type Item = Readonly<Record<string, unknown>>;
type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** One page of a list; a plain list counts as one page. */
export interface Page {
  readonly items: readonly Item[];
  readonly number: number;
  readonly size: number;
  readonly totalElements: number;
  readonly totalPages: number;
}

export async function getJson(call: DpodCall, path: string, purpose: string, query: Query = {}): Promise<unknown> {
  return (await call.http.send({ path, query, purpose })).json();
}

export async function getItem(call: DpodCall, path: string, purpose: string, query: Query = {}): Promise<Item> {
  return asItem(await getJson(call, path, purpose, query), purpose);
}

export async function getPage(call: DpodCall, path: string, purpose: string, query: Query = {}): Promise<Page> {
  return asPage(await getJson(call, path, purpose, query), purpose);
}

/** A page, or a plain list. Anything else is no empty list: throws `GH_VENDOR_ANSWER`. */
export function asPage(body: unknown, purpose: string): Page {
  const parsed = paged.safeParse(Array.isArray(body) ? { content: body } : body);
  if (!parsed.success) throw new Fault('GH_VENDOR_ANSWER', `${purpose}: the answer is not a list.`);
  const { content, number = 0, totalElements = content.length, totalPages = 1 } = parsed.data;
  return { items: content, number, size: parsed.data.size ?? content.length, totalElements, totalPages };
}

/** A list that has no pages; `{content: […]}` counts as one. */
export async function getRows(
  call: DpodCall,
  path: string,
  purpose: string,
  query: Query = {},
): Promise<readonly Item[]> {
  return (await getPage(call, path, purpose, query)).items;
}

/** The fields with which the original server told of pages. */
export function pageFields(found: Page): Outcome {
  return { total_elements: found.totalElements, total_pages: found.totalPages, page: found.number, size: found.size };
}

const PAGES_AT_MOST = 200;

/** Every entry of a list, page by page. */
export async function getAll(
  call: DpodCall,
  path: string,
  purpose: string,
  query: Query = {},
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (let number = 0; number < PAGES_AT_MOST; number++) {
    const found = await getPage(call, path, purpose, { ...query, page: number, size: 100 });
    items.push(...found.items);
    if (found.items.length === 0 || number + 1 >= found.totalPages) break;
  }
  return items;
}

/**
 * Sends a change and returns its JSON body, or `undefined` where there is none. Any 2xx is fine (§7 row 26), but a page of a
 * gateway is nobody's consent, and JSON that broke off tells too little: `GH_OUTCOME_UNKNOWN`.
 */
export async function change(
  call: DpodCall,
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  purpose: string,
  more: {
    readonly json?: unknown;
    readonly query?: Query;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Uint8Array;
  } = {},
): Promise<{ readonly status: number; readonly body: Item | undefined }> {
  const answer = await call.http.send({ method, path, purpose, ...more });
  const type = refuseHtml(answer, purpose);
  if (answer.text.trim() === '' || !type.includes('json')) return { status: answer.status, body: undefined };
  let body: unknown;
  try {
    body = answer.json();
  } catch (error) {
    throw unclear(purpose, answer.status, error);
  }
  return { status: answer.status, body: isItem(body) ? body : undefined };
}

/** Returns the content type of an answer that is not a web page. Throws `GH_OUTCOME_UNKNOWN` for one. */
export function refuseHtml(answer: Answer, purpose: string): string {
  const type = answer.headers.get('content-type') ?? '';
  if (type.includes('html')) throw unclear(purpose, answer.status);
  return type;
}

function unclear(purpose: string, status: number, cause?: unknown): Fault {
  return new Fault(
    'GH_OUTCOME_UNKNOWN',
    `${purpose}: DPoD answered ${status}, but not with anything that can be read, so it is not known whether it was done.`,
    { status, cause },
  );
}

export function asItem(value: unknown, purpose: string): Item {
  if (isItem(value)) return value;
  throw new Fault('GH_VENDOR_ANSWER', `${purpose}: the answer is not an object.`);
}

function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** §3.1: the list's identifier has two names. */
export function serviceIdOf(service: Item): string {
  return String(service.service_id ?? service.id ?? '');
}

export function isUuid(text: string): boolean {
  return uuid.safeParse(text).success;
}

/** The service that a UUID or a name means; looks through all pages. */
export async function findService(
  call: DpodCall,
  identifier: string,
): Promise<{ readonly id: string; readonly service: Item | undefined }> {
  if (isUuid(identifier)) return { id: identifier.toLowerCase(), service: undefined };
  const scopes = call.account.scopes ?? [];
  if (!scopes.includes(AO) && !scopes.includes(SP) && !scopes.includes(SP_SERVICES))
    throw new Fault(
      'GH_INVALID_INPUT',
      `"${identifier}" is a name, but service credentials may not list services, so the UUID is needed.`,
      {
        hint: 'Give service_id as UUID; it stands in the DPoD portal on the page of the service.',
      },
    );
  const all = await getAll(call, '/v1/service_instances', 'Looking for the service by its name');
  const service = pick(all, identifier, 'service');
  return { id: serviceIdOf(service), service };
}

/** Exact match first, then ignoring case; more than one is an error that lists them. */
export function pick(items: readonly Item[], name: string, what: string): Item {
  const exact = items.filter(item => item.name === name);
  const close = exact.length > 0 ? exact : items.filter(item => String(item.name).toLowerCase() === name.toLowerCase());
  const [only] = close;
  if (only !== undefined && close.length === 1) return only;
  if (close.length > 1)
    throw new Fault(
      'GH_INVALID_INPUT',
      `${close.length} ${what}s are called "${name}": ${close.map(serviceIdOf).join(', ')}.`,
      {
        hint: 'Give the UUID of the one you mean.',
      },
    );
  const names = items.map(item => String(item.name));
  const shown = names.slice(0, 40).join(', ') + (names.length > 40 ? `, and ${names.length - 40} more` : '');
  throw new Fault(
    'GH_NOT_FOUND',
    `No ${what} is called "${name}". There ${names.length === 1 ? 'is' : 'are'}: ${shown || 'none'}.`,
  );
}

/** Without members that were not given. */
export function given<T extends Readonly<Record<string, unknown>>>(fields: T): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
