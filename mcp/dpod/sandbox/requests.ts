import { jsonAnswer, Refusal, type SandboxAnswer, type SandboxRequest } from '../../kit/sandbox.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A UUID of the path; anything else is 400, as from a framework that parses it. */
export function pathId(request: SandboxRequest, name = 'id'): string {
  const value = request.params[name] ?? '';
  if (!UUID.test(value)) throw new Refusal(400, `${name}: '${value}' is not a UUID`);
  return value.toLowerCase();
}

/** A UUID of the query, `undefined` when absent. Throws Refusal 400. */
export function queryId(request: SandboxRequest, name: string): string | undefined {
  const value = request.query.get(name);
  if (value === null) return undefined;
  if (!UUID.test(value)) throw new Refusal(400, `${name}: '${value}' is not a UUID`);
  return value.toLowerCase();
}

/** `true` or `false` of the query, `undefined` when absent. Throws Refusal 400. */
export function queryFlag(request: SandboxRequest, name: string): boolean | undefined {
  const value = request.query.get(name);
  if (value === null) return undefined;
  if (value !== 'true' && value !== 'false') throw new Refusal(400, `${name}: '${value}' is not a boolean`);
  return value === 'true';
}

function queryInteger(request: SandboxRequest, name: string, fallback: number, minimum: number): number {
  const value = request.query.get(name);
  if (value === null) return fallback;
  if (!/^\d{1,9}$/.test(value) || Number(value) < minimum) {
    throw new Refusal(400, `${name}: must be an integer, at least ${minimum}`);
  }
  return Number(value);
}

const DEFAULT_SIZE = 20;
const LARGEST_SIZE = 100;

/** The page that `page` (from 0) and `size` ask for; a size beyond 100 counts as 100 (§2, §8). */
export function pageAnswer<T>(
  request: SandboxRequest,
  items: readonly T[],
  present: (item: T) => unknown,
): SandboxAnswer {
  const number = queryInteger(request, 'page', 0, 0);
  const size = Math.min(queryInteger(request, 'size', DEFAULT_SIZE, 1), LARGEST_SIZE);
  return jsonAnswer(200, {
    content: items.slice(number * size, (number + 1) * size).map(present),
    number,
    size,
    totalElements: items.length,
    totalPages: Math.ceil(items.length / size),
  });
}

/** The entry, or Refusal 404. `found` also says whether the caller may know of it. */
export function orNotFound<T>(found: T | undefined | false, what: string): T {
  if (found === undefined || found === false) throw new Refusal(404, `${what} not found`);
  return found;
}

/** RFC 3339 in UTC, whole seconds. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** The changes that were sent: a field left out keeps its old value when spread over a record. */
export function given<T extends object>(changes: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
