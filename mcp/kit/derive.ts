import * as z from 'zod';
import type { Catalog, CatalogAction, CatalogResource, CatalogTool, JsonSchema } from './catalog.ts';
import type { Action, Manifest, Resource, Shape, Tool } from './define.ts';

/** What every tool answers: fields of the action beside `success`, or the failure (fact sheets §2.1, made uniform). */
const OUTPUT: JsonSchema = {
  type: 'object',
  properties: {
    success: { type: 'boolean' },
    error: { type: 'string', description: 'what happened, when success is false' },
    code: { type: 'string', description: 'a stable code, when success is false' },
    hint: { type: 'string', description: 'the next step, when success is false' },
    demo: { type: 'boolean', description: 'true: made-up data of a sandbox' },
  },
  required: ['success'],
};

/** The catalogue of a backend. Throws when two actions of a tool mean different things by one argument name. */
export function catalogOf<State>(manifest: Manifest<State>): Catalog {
  const { name, title, description, version, instructions, credentialHelp } = manifest;
  const { settings, credentials, scopes, defaultPresentation, prompts, resources } = manifest;
  return {
    backend: name,
    title,
    description,
    version,
    instructions,
    credentialHelp,
    setup: manifest.setup ?? [],
    firstQuestions: manifest.firstQuestions ?? [],
    settings,
    credentials,
    browserSignIn: manifest.browser !== undefined,
    scopes,
    defaultPresentation,
    ...(manifest.retire === undefined ? {} : { retires: true as const }),
    tools: manifest.tools.map(tool => toolOf(tool, manifest.wrappers ?? [])),
    prompts: prompts.map(prompt => ({
      name: prompt.name,
      title: prompt.title,
      description: prompt.description,
      arguments: prompt.arguments.map(({ name, description, required, complete }) => ({
        name,
        description,
        required,
        ...(complete === undefined ? {} : { completes: true as const }),
      })),
    })),
    resources: resources.map(resourceOf),
  };
}

function resourceOf<State>(resource: Resource<State>): CatalogResource {
  const { uri, name, title, description, mimeType, filters, complete = {}, watch } = resource;
  const completes = (filter: string): boolean => filter in complete || choicesOf(filters ?? {}, filter).length > 0;
  return {
    uri,
    name,
    title,
    description,
    mimeType,
    ...(filters === undefined
      ? {}
      : {
          filters: Object.keys(filters).map(filter => ({
            name: filter,
            ...(completes(filter) ? { completes: true as const } : {}),
          })),
        }),
    ...(watch === undefined ? {} : { watched: true as const }),
  };
}

/** The values of an enumeration; none for anything else. */
export function choicesOf(shape: Shape, name: string): readonly string[] {
  const values = jsonSchemasOf(shape)[name]?.enum;
  return Array.isArray(values) ? values.filter(value => typeof value === 'string') : [];
}

function toolOf<State>(tool: Tool<State>, wrappers: readonly string[]): CatalogTool {
  const actions = Object.entries(tool.actions);
  const hasActionArgument = !(actions.length === 1 && actions[0]?.[0] === tool.name);
  const properties: Record<string, JsonSchema> = {};
  for (const [name, action] of actions) {
    for (const [parameter, schema] of Object.entries(jsonSchemasOf(action.input))) {
      const clean = withoutMarks(schema);
      const known = properties[parameter];
      if (known !== undefined && sameMeaning(known) !== sameMeaning(clean))
        throw new Error(`${tool.name}/${name}: "${parameter}" is declared differently by another action of the tool`);
      properties[parameter] ??= clean;
    }
  }
  const action: JsonSchema = { type: 'string', enum: actions.map(([name]) => name), description: 'what to do' };
  const single = actions[0]?.[1];
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: {
      type: 'object',
      properties: hasActionArgument ? { action, ...properties } : properties,
      required: hasActionArgument || single === undefined ? ['action'] : requiredOf(single.input),
      additionalProperties: false,
    },
    outputSchema: OUTPUT,
    actions: actions.map(([name, spec]) => actionOf(tool.name, name, spec, { grouped: hasActionArgument, wrappers })),
    hasActionArgument,
  };
}

/** Two actions may word one argument differently, or have another default; its type must be the same. */
function sameMeaning({ description: _description, default: _default, ...schema }: JsonSchema): string {
  return JSON.stringify(schema);
}

function actionOf<State>(
  tool: string,
  name: string,
  action: Action<State>,
  { grouped, wrappers }: { readonly grouped: boolean; readonly wrappers: readonly string[] },
): CatalogAction {
  const schemas = jsonSchemasOf(action.input);
  const secrets = Object.entries(schemas).flatMap(([parameter, schema]) => secretPaths(schema, parameter));
  const old = Object.entries(action.aliases ?? {}).filter(([, parameter]) => secrets.includes(parameter));
  const named = [...secrets, ...old.map(([alias]) => alias)];
  return {
    name,
    description: action.description + needs(action.input),
    effect: action.effect,
    flags: action.flags ?? [],
    scopes: action.scopes,
    parameters: Object.keys(schemas),
    required: requiredOf(action.input),
    // A secret is masked also where the original took its arguments.
    secretParameters: [...named, ...wrappers.flatMap(wrapper => named.map(path => `${wrapper}.${path}`))],
    idempotent: action.idempotent ?? action.effect === 'read',
    sensitiveResult: action.sensitiveResult ?? false,
    ...(action.plan === undefined ? {} : { plans: true as const }),
    flatName: action.flatName ?? (grouped ? `${tool.replace(/^manage_/, '')}_${name}` : name),
  };
}

function needs(shape: Shape): string {
  const required = requiredOf(shape);
  const optional = Object.keys(shape).filter(name => !required.includes(name));
  return `${required.length > 0 ? ` Needs ${required.join(', ')}.` : ''}${optional.length > 0 ? ` Takes ${optional.join(', ')}.` : ''}`;
}

export function requiredOf(shape: Shape): string[] {
  return Object.entries(shape).flatMap(([name, schema]) => (schema.safeParse(undefined).success ? [] : [name]));
}

export function jsonSchemasOf(shape: Shape): Record<string, JsonSchema> {
  const { properties } = z.toJSONSchema(z.object(shape), { io: 'input', unrepresentable: 'any' });
  return (properties ?? {}) as Record<string, JsonSchema>;
}

/** Dotted paths of values that were marked as secret. */
function secretPaths(schema: JsonSchema, path: string): string[] {
  if (schema.secret === true) return [path];
  const inside: string[] = [];
  if (isSchema(schema.properties))
    for (const [name, inner] of Object.entries(schema.properties)) {
      if (isSchema(inner)) inside.push(...secretPaths(inner, `${path}.${name}`));
    }
  for (const key of ['items', 'additionalProperties'] as const) {
    const inner = schema[key];
    if (isSchema(inner)) inside.push(...secretPaths(inner, `${path}.*`));
  }
  for (const key of ['anyOf', 'oneOf', 'allOf'] as const) {
    const branches = schema[key];
    if (Array.isArray(branches)) inside.push(...branches.filter(isSchema).flatMap(inner => secretPaths(inner, path)));
  }
  return [...new Set(inside)];
}

function withoutMarks(value: JsonSchema): JsonSchema {
  const walk = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(walk);
    if (!isSchema(inner)) return inner;
    const { secret: mark, ...rest } = inner;
    const clean = Object.fromEntries(Object.entries(rest).map(([key, item]) => [key, walk(item)]));
    return mark === true ? { ...clean, format: 'password' } : clean;
  };
  return walk(value) as JsonSchema;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
