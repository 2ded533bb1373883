import * as z from 'zod';
import { definesFor, Fault, type Outcome, type Tool } from '../../kit/index.ts';
import { type Ask, ask, type Item, itemOf, type Said, type Sdp, type SdpCall } from '../api.ts';
import { type Listing, listAll } from '../lists.ts';
import { allowedFor } from '../lookups.ts';
import { type ScopeModule, scopesOf } from '../scopes.ts';
import { shaped } from '../shape.ts';
import { ASSET_ROUTE } from '../unsure.ts';
import { displayNumber, displayOrLongId, type FieldSet, longId, recordFrom, shapeOf } from '../values.ts';

const defines = definesFor<Sdp>();

type Actions = Tool<Sdp>['actions'];
export type Action = Actions[string];
type Shape = Action['input'];
export type Input<S extends Shape> = z.output<z.ZodObject<S>>;
type Op = 'CREATE' | 'READ' | 'UPDATE' | 'DELETE';

/** A tool whose actions keep the fact sheet's names when each of them is a tool. */
export function tool(spec: Omit<Tool<Sdp>, 'actions'> & { readonly actions: Actions }): Tool<Sdp> {
  const actions = Object.entries(spec.actions).map(([name, one]) => [name, { flatName: name, ...one }]);
  return defines.tool({ ...spec, actions: Object.fromEntries(actions) });
}

export const { action } = defines;

/** A kind of record: where it stands, how one of it is called, and by which argument. */
export interface Module {
  readonly name: string;
  readonly path: string;
  readonly scope: ScopeModule;
  readonly id: string;
  /** Has a display id beside the long one. */
  readonly numbered: boolean;
}
const moduleOf = (name: string, scope: ScopeModule, path = `/${scope}`, numbered = true): Module => ({
  name,
  path,
  scope,
  id: `${name}_id`,
  numbered,
});
export const REQUESTS = moduleOf('request', 'requests');
export const PROBLEMS = moduleOf('problem', 'problems');
export const CHANGES = moduleOf('change', 'changes');
export const RELEASES = moduleOf('release', 'releases');
export const ASSETS = moduleOf('asset', 'assets', ASSET_ROUTE, false);
export const PROJECTS = moduleOf('project', 'projects');
export const SOLUTIONS = moduleOf('solution', 'solutions', '/solutions', false);

export const recordId = displayOrLongId.describe('long id or display id');
export const partId = longId;
export const originalHtml = z.boolean().default(false).describe('HTML as it is, not as text');
/** §3.11: what cannot be undone wants this. */
export const confirm = z.literal(true);
export const word = z.string().min(1).max(250);

/** The argument that names a record. */
export const idOf = (module: Module): Record<string, z.ZodType<string>> => ({
  [module.id]: module.numbered ? recordId : partId,
});

/** What every list takes (§3). */
export const paging = {
  limit: z.int().min(1).max(100).default(25),
  start_index: z.int().min(1).default(1),
  all: z.boolean().default(false).describe('all pages, up to 1000 rows'),
  sort_field: z.string().optional(),
  sort_order: z.enum(['asc', 'desc']).optional(),
  include_total: z.boolean().default(false),
};

type Given = Readonly<Record<string, unknown>>;

/** The long id: a display id is looked for first (§3.1). Throws `GH_NOT_FOUND`. */
export async function longIdOf(call: SdpCall, module: Module, given: string): Promise<string> {
  const number = module.numbered ? displayNumber(given) : undefined;
  if (number === undefined) return given;
  const { items } = await listAll(
    call,
    {
      path: module.path,
      keys: [module.scope],
      purpose: `Looking for ${module.name} ${number}`,
      criteria: { field: 'display_id', condition: 'is', value: number },
    },
    { limit: 2, start_index: 1, all: false, include_total: false },
  );
  const [found] = items;
  if (found?.id === undefined)
    throw new Fault('GH_NOT_FOUND', `There is no ${module.name} with the display id ${number}.`);
  return String(found.id);
}

/** The path of the record that the input names. */
export async function pathOf(call: SdpCall, module: Module, input: Given): Promise<string> {
  return `${module.path}/${await longIdOf(call, module, String(input[module.id]))}`;
}

/** The sentence of an action as the purpose of its requests. */
export const purposeOf = (description: string): string => description.split(/[.:;,(]/, 1).join('');

// ---- Reading

interface List<S extends Shape> {
  readonly description: string;
  readonly scope: ScopeModule | readonly ScopeModule[];
  readonly input: S;
  readonly aliases?: Readonly<Record<string, string>>;
  readonly sort?: string;
  readonly listing: (input: Input<S>, call: SdpCall) => Omit<Listing, 'purpose'> | Promise<Omit<Listing, 'purpose'>>;
}

/** A list in pages. */
export function list<const S extends Shape>(spec: List<S>): Action {
  return action({
    description: spec.description,
    effect: 'read',
    scopes: scopesOf(spec.scope, 'READ'),
    input: { ...spec.input, ...paging, original_html: originalHtml },
    ...(spec.aliases === undefined ? {} : { aliases: spec.aliases }),
    async run(input, call) {
      const given = input as Input<S> & z.output<z.ZodObject<typeof paging>> & { original_html: boolean };
      const listing = { ...(await spec.listing(given, call)), purpose: purposeOf(spec.description) };
      // Some modules begin with the oldest unless told (§2.2); our wish gives way where a site cannot sort by it.
      const wished = given.sort_field === undefined && listing.view === undefined ? spec.sort : undefined;
      const page = await listAll(call, listing, { ...given, sort_field: given.sort_field ?? wished }).catch(
        (error: unknown) => {
          if (wished === undefined || !namesField(error, 'sort_field')) throw error;
          return listAll(call, listing, given);
        },
      );
      return shaped({ ...page }, { html: given.original_html });
    },
  });
}

function namesField(error: unknown, field: string): boolean {
  const named = error instanceof Fault ? error.fields.named_fields : undefined;
  return Array.isArray(named) && named.includes(field);
}

interface Read<S extends Shape> {
  readonly description: string;
  readonly scope: ScopeModule | readonly ScopeModule[];
  readonly input: S;
  readonly aliases?: Readonly<Record<string, string>>;
  readonly run: (input: Input<S>, call: SdpCall) => Promise<Outcome>;
}

/** Any other question. */
export function read<const S extends Shape>(spec: Read<S>): Action {
  return action({
    description: spec.description,
    effect: 'read',
    scopes: scopesOf(spec.scope, 'READ'),
    input: { ...spec.input, original_html: originalHtml },
    ...(spec.aliases === undefined ? {} : { aliases: spec.aliases }),
    async run(input, call) {
      const given = input as Input<S> & { original_html: boolean };
      return shaped(await spec.run(given, call), { html: given.original_html });
    },
  });
}

/** One record; its member of the answer is one of `keys`. */
export async function readOne(call: SdpCall, path: string, keys: readonly string[], purpose: string): Promise<Item> {
  const { body } = await ask(call, { path, purpose });
  return memberOf(body, keys);
}

/** The first of these members; where there is none, whatever stands beside the status. */
export function memberOf(body: Item, keys: readonly string[]): Item {
  const key = keys.find(name => body[name] !== undefined);
  if (key !== undefined) return itemOf(body[key]);
  const { response_status: _status, ...rest } = body;
  return rest;
}

export function getOne(module: Module, description: string): Action {
  return read({
    description,
    scope: module.scope,
    input: { ...idOf(module) },
    run: async (input, call) => ({
      [module.name]: await readOne(call, await pathOf(call, module, input), [module.name], purposeOf(description)),
    }),
  });
}

// ---- Changing

interface Change<S extends Shape> {
  readonly description: string;
  readonly scope: ScopeModule;
  readonly op: Exclude<Op, 'READ'>;
  readonly effect?: 'write' | 'destructive';
  readonly flags?: Action['flags'];
  readonly idempotent?: boolean;
  readonly input: S;
  readonly aliases?: Readonly<Record<string, string>>;
  readonly run: (input: Input<S>, call: SdpCall) => Promise<Outcome>;
}

/** A change. A refusal that names a field of a list says what the field may be (V8). */
export function change<const S extends Shape>(spec: Change<S>): Action {
  const effect = spec.effect ?? (spec.op === 'DELETE' ? 'destructive' : 'write');
  return action({
    description: spec.description,
    effect,
    scopes: scopesOf(spec.scope, spec.op),
    input: { ...spec.input, ...(effect === 'destructive' ? { confirm } : {}) },
    idempotent: spec.idempotent ?? false,
    ...(spec.flags === undefined ? {} : { flags: spec.flags }),
    ...(spec.aliases === undefined ? {} : { aliases: spec.aliases }),
    async run(input, call) {
      try {
        return shaped(await spec.run(input as Input<S>, call));
      } catch (error) {
        throw await withAllowed(call, error);
      }
    },
  });
}

/** §2.6. */
const FORBIDDEN = 4002;

async function withAllowed(call: SdpCall, error: unknown): Promise<unknown> {
  // A rule that forbids a field (V9) is no question of its value.
  if (!(error instanceof Fault) || error.code !== 'GH_VENDOR_REFUSED' || error.fields.sdp_code === FORBIDDEN)
    return error;
  const named = Array.isArray(error.fields.named_fields) ? error.fields.named_fields.map(String) : [];
  const allowed = await allowedFor(call, named);
  if (Object.keys(allowed).length === 0) return error;
  return new Fault(error.code, error.message, {
    hint: 'Use one of allowed_values for the named fields.',
    ...(error.status === undefined ? {} : { status: error.status }),
    ...(error.details === undefined ? {} : { details: error.details }),
    fields: { ...error.fields, allowed_values: allowed },
    cause: error,
  });
}

/** What the vendor said to a change, with its warnings: it may have accepted and not done it. */
export function outcomeOf(said: Said, name: string): Outcome {
  const { response_status: _status, ...body } = said.body;
  const record = body[name] ?? body;
  return {
    ...(Object.keys(body).length === 0 ? {} : { [name]: record }),
    ...(said.message === undefined ? {} : { message: said.message }),
    ...warningsOf(said),
  };
}

export function warningsOf({ warnings }: Said): Outcome {
  return warnings.length === 0 ? {} : { warnings, accepted_with_warnings: true };
}

interface Making {
  readonly description: string;
  readonly module: Module;
  readonly fields: FieldSet;
  readonly required: readonly string[];
  readonly aliases?: Readonly<Record<string, string>>;
}

export function create({ description, module, fields, required, aliases }: Making): Action {
  return change({
    description,
    scope: module.scope,
    op: 'CREATE',
    input: shapeOf(fields, required),
    ...(aliases === undefined ? {} : { aliases }),
    run: async (input, call) =>
      outcomeOf(
        await ask(call, {
          method: 'POST',
          path: module.path,
          input: { [module.name]: recordFrom(fields, input) },
          purpose: purposeOf(description),
        }),
        module.name,
      ),
  });
}

export function update({ description, module, fields, required, aliases }: Making): Action {
  return change({
    description,
    scope: module.scope,
    op: 'UPDATE',
    idempotent: true,
    input: { ...idOf(module), ...shapeOf(fields, required) },
    ...(aliases === undefined ? {} : { aliases }),
    run: async (input, call) =>
      outcomeOf(await put(call, module, input, recordFrom(fields, input), description), module.name),
  });
}

/** Sends the changed fields and no others. */
export async function put(
  call: SdpCall,
  module: Module,
  input: Given,
  record: Item,
  description: string,
): Promise<Said> {
  if (Object.keys(record).length === 0) throw new Fault('GH_INVALID_INPUT', 'Nothing is given that would change.');
  const path = await pathOf(call, module, input);
  return await ask(call, { method: 'PUT', path, input: { [module.name]: record }, purpose: purposeOf(description) });
}

/** Something that is done to a record by its own route, with a status as the only answer (§0.2 row 9). */
export function act(
  module: Module,
  spec: {
    readonly description: string;
    readonly op: Exclude<Op, 'READ'>;
    readonly method: NonNullable<Ask['method']>;
    /** Behind the record's path; empty for the record itself. */
    readonly route: string;
    readonly effect?: 'write' | 'destructive';
  },
): Action {
  return change({
    description: spec.description,
    scope: module.scope,
    op: spec.op,
    ...(spec.effect === undefined ? {} : { effect: spec.effect }),
    input: { ...idOf(module) },
    async run(input, call) {
      const path = await pathOf(call, module, input);
      const said = await ask(call, {
        method: spec.method,
        path: spec.route === '' ? path : `${path}/${spec.route}`,
        isAction: spec.route !== '',
        purpose: purposeOf(spec.description),
      });
      return { id: path.split('/').at(-1), ...outcomeOf(said, module.name) };
    },
  });
}
