import { isIP } from 'node:net';
import * as z from 'zod';
import { definesFor, type Outcome, type PlannedChange, type Tool } from '../../kit/index.ts';
import {
  type Ask,
  ask,
  askItem,
  type Cloudways,
  type CloudwaysCall,
  type Fields,
  forgetServers,
  type Item,
  isItem,
} from '../api.ts';
import { changeOf, plannedOf } from '../lists.ts';
import { changeServer, handlesOf, waitFor } from '../operations.ts';

const defines = definesFor<Cloudways>();
export const { action } = defines;

type Actions = Tool<Cloudways>['actions'];
type Action = Actions[string];
type Shape = Action['input'];
type Input<S extends Shape> = z.output<z.ZodObject<S>>;

/** The role of an access token (fact sheet §1.4). What LIMITED may do is not published: refusals are remembered. */
export const READ_ROLES = ['read', 'limited', 'full'];
export const WRITE_ROLES = ['limited', 'full'];

/** A tool whose actions keep the original's names when each of them is a tool. */
export function tool(spec: Omit<Tool<Cloudways>, 'actions'> & { readonly actions: Actions }): Tool<Cloudways> {
  const actions = Object.entries(spec.actions).map(([name, one]) => [name, { flatName: name, ...one }]);
  return defines.tool({ ...spec, actions: Object.fromEntries(actions) });
}

const idUpTo = (digits: string, max: number) =>
  z.union([z.int().min(1).max(max), z.string().regex(new RegExp(`^[1-9]\\d{0,${digits}}$`))]).transform(String);
/** §3.1: numbers, written as numbers or as text; kept as text. */
export const serverId = idUpTo('8', 999_999_999);
export const id = idUpTo('14', Number.MAX_SAFE_INTEGER);
export const S = { server_id: serverId };
export const SA = { server_id: serverId, app_id: id };

export const label = z.string().min(1).max(120);
export const flag = z.boolean();
/** Checked without a pattern: the one for version 6 would be a page of every list of tools. */
export const ip = z
  .string()
  .max(45)
  .refine(text => isIP(text) !== 0, 'must be an IPv4 or IPv6 address');
export const hostname = z
  .string()
  .max(253)
  .regex(/^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i, 'must be a host name such as www.example.com');
export const email = z.email();
export const enabled = z.boolean().default(true);
export const onOff = (on: boolean): string => (on ? 'enable' : 'disable');
export const fresh = z.boolean().default(false).describe('ask anew instead of using what is known');

export const timeout = z.int().min(1).max(600).default(60).describe('seconds to wait at most; a call ends before 55');
const waits = (byDefault: boolean) => ({
  wait: z.boolean().default(byDefault).describe('wait for the end, as long as a call may last'),
  timeout_s: timeout,
});

interface Waits {
  readonly wait: boolean;
  readonly timeout_s: number;
}

interface Spec<S extends Shape> {
  readonly description: string;
  readonly input: S;
  readonly aliases?: Readonly<Record<string, string>>;
  readonly path: string | ((input: Input<S>) => string);
  /** What is sent; the input as it is unless told. */
  readonly fields?: (input: Input<S>) => Fields;
  /** The outcome from the answer; the answer itself unless told. */
  readonly show?: (body: unknown, input: Input<S>) => Outcome;
}

interface Change<S extends Shape> extends Spec<S> {
  readonly effect?: 'write' | 'destructive';
  readonly flags?: Action['flags'];
  readonly method?: 'POST' | 'PUT' | 'DELETE';
  readonly idempotent?: boolean;
  /** What is said when the vendor says nothing. */
  readonly done: string;
  /** It replaces what a question of the same path tells: the person who is asked sees what goes and what comes. */
  readonly replaces?: {
    /** One line of it, in words. */
    readonly what: string;
    readonly freeText?: true;
    readonly before: (body: Item) => readonly string[];
    readonly after: (input: Input<S>) => readonly string[];
  };
}

/** A plain question. */
export function read<const S extends Shape>(spec: Spec<S>): Action {
  return action({
    description: spec.description,
    effect: 'read',
    scopes: READ_ROLES,
    input: spec.input,
    ...(spec.aliases === undefined ? {} : { aliases: spec.aliases }),
    async run(input, call) {
      const body = await ask(call, requestOf(spec, input, 'GET'));
      return spec.show?.(body, input) ?? shown(body);
    },
  });
}

/** A question whose answer is worked out by an operation: waits for it, unless told otherwise. */
export function computed<const S extends Shape>(
  spec: Spec<S> & {
    readonly method?: 'POST';
    readonly bucket?: string;
    readonly note?: string;
    /** The outcome from what the operation found. */
    readonly found?: (result: unknown, input: Input<S>) => Outcome;
  },
): Action {
  const input = { ...spec.input, ...waits(true) };
  return action({
    description: spec.description,
    effect: 'read',
    scopes: READ_ROLES,
    input,
    async run(given, call) {
      const { wait, timeout_s, ...rest } = given as unknown as Waits;
      const asked = rest as unknown as Input<S>;
      const request = requestOf(spec, asked, spec.method ?? 'GET');
      const body = await ask(call, spec.bucket === undefined ? request : { ...request, bucket: spec.bucket });
      const handles = handlesOf(body);
      if (handles.length === 0) return spec.show?.(body, asked) ?? shown(body);
      const outcome = await concluded(call, handles, { wait, timeout_s });
      const { result, ...others } = outcome;
      const found = result !== undefined && spec.found !== undefined ? spec.found(result, asked) : {};
      return {
        ...others,
        ...(result === undefined ? {} : { result }),
        ...found,
        ...(spec.note ? { note: spec.note } : {}),
      };
    },
  });
}

/** A change that is done when it is answered. */
export function write<const S extends Shape>(spec: Change<S>): Action {
  return changing(
    spec,
    spec.input,
    async (input, call) => {
      const body = await ask(call, requestOf(spec, input, spec.method ?? 'POST'));
      await forgetServers(call);
      return { message: spec.done, ...(spec.show?.(body, input) ?? shown(body)) };
    },
    spec.replaces && ((input, call) => planOf(spec, input, call)),
  );
}

/** A change that goes on as an operation: answers its id, or waits when asked to. One at a time for each server. */
export function operation<const S extends Shape>(
  spec: Change<S> & { readonly server?: (input: Input<S>) => string | undefined },
): Action {
  const input = { ...spec.input, ...waits(false) };
  return changing(
    spec,
    input,
    async (given, call) => {
      const { wait, timeout_s, ...rest } = given as unknown as Waits;
      const asked = rest as unknown as Input<S>;
      const request = requestOf(spec, asked, spec.method ?? 'POST');
      const server = spec.server?.(asked) ?? (asked as { readonly server_id?: string }).server_id;
      const body = server === undefined ? await ask(call, request) : await changeServer(call, server, request);
      await forgetServers(call);
      const handles = handlesOf(body);
      const answer = spec.show?.(body, asked) ?? {};
      if (handles.length === 0) return { message: spec.done, ...shown(body), ...answer };
      return { message: spec.done, ...answer, ...(await concluded(call, handles, { wait, timeout_s })) };
    },
    spec.replaces && ((given, call) => planOf(spec, given as unknown as Input<S>, call)),
  );
}

function changing<const S extends Shape>(
  spec: Omit<Change<never>, 'input' | 'path' | 'fields' | 'show' | 'replaces'>,
  input: S,
  run: (input: Input<S>, call: CloudwaysCall) => Promise<Outcome>,
  plan?: (input: Input<S>, call: CloudwaysCall) => Promise<readonly PlannedChange[]>,
): Action {
  return action({
    description: spec.description,
    effect: spec.effect ?? 'write',
    scopes: WRITE_ROLES,
    input,
    idempotent: spec.idempotent ?? false,
    ...(spec.flags === undefined ? {} : { flags: spec.flags }),
    ...(spec.aliases === undefined ? {} : { aliases: spec.aliases }),
    ...(plan === undefined ? {} : { plan }),
    run,
  });
}

/** What is there, by the vendor, beside what is to be there. */
async function planOf<const S extends Shape>(spec: Change<S>, input: Input<S>, call: CloudwaysCall) {
  const { replaces } = spec;
  if (replaces === undefined) return [];
  const { server_id, app_id } = input as unknown as { readonly server_id: string; readonly app_id: string };
  const body = await askItem(call, {
    path: typeof spec.path === 'string' ? spec.path : spec.path(input),
    fields: { server_id, app_id },
    purpose: `Reading what is to be replaced`,
  });
  const { what, freeText } = replaces;
  const changes = plannedOf(changeOf(replaces.before(body), replaces.after(input), 'replace'), what);
  return freeText === undefined ? changes : changes.map(one => ({ ...one, freeText }));
}

function requestOf<S extends Shape>(spec: Spec<S>, input: Input<S>, method: NonNullable<Ask['method']>): Ask {
  const path = typeof spec.path === 'string' ? spec.path : spec.path(input);
  const fields = spec.fields?.(input) ?? (input as Fields);
  return { method, path, fields, purpose: spec.description.split(/[.:;,(]/, 1).join('') };
}

/** The end of what was started, or the handles with which a later call finds it. */
async function concluded(
  call: CloudwaysCall,
  handles: readonly string[],
  { wait, timeout_s }: Waits,
): Promise<Outcome> {
  if (wait) return await waitFor(call, handles, timeout_s);
  return {
    operation_id: handles[0],
    ...(handles.length > 1 ? { operation_ids: handles } : {}),
    state: 'running',
    next: 'It runs at Cloudways now: get_operation_status shows how far it is, wait_for_operation waits for its end.',
  };
}

/** The members of an answer; a list, or nothing at all, is made a member. */
export function shown(body: unknown): Outcome {
  if (Array.isArray(body)) return body.length === 0 ? {} : { items: body };
  if (!isItem(body)) return { answer: body };
  const { status, ...rest } = body;
  return status === true ? rest : body;
}
