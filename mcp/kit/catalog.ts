/**
 * The catalogue: what a backend offers, as plain data. The kit derives it from the manifest; the build writes it to
 * `dist/catalog/<backend>.json`; host, window and CLI read it there without starting a server.
 */

export type Effect = 'read' | 'write' | 'destructive';
export type Flag = 'revealsSecret' | 'contactsPeople' | 'costsMoney';
export type JsonSchema = { readonly [key: string]: unknown };

export interface CatalogAction {
  readonly name: string;
  readonly description: string;
  readonly effect: Effect;
  readonly flags: readonly Flag[];
  /** The vendor scopes of which one suffices; `null`: any credential, or none, may use it. */
  readonly scopes: readonly string[] | null;
  /** Names of the tool's arguments that this action reads. */
  readonly parameters: readonly string[];
  /** Those of them without which it refuses. */
  readonly required: readonly string[];
  /** Arguments to mask wherever they are shown or written, as dotted paths (`*` for every key or index). */
  readonly secretParameters: readonly string[];
  readonly idempotent: boolean;
  /** True when the result holds a secret shown once: never kept in the history or the log. */
  readonly sensitiveResult: boolean;
  /** It can tell what it would change; the person who is asked sees it. */
  readonly plans?: true;
  /** The name under which the flat presentation offers it. */
  readonly flatName: string;
}

export interface CatalogTool {
  readonly name: string;
  readonly title: string;
  /** About the tool as a whole; names no action. */
  readonly description: string;
  /** Flat `type: object`; with more than one action it has a required `action` whose enum names them all. */
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema | null;
  /** One entry, named as the tool itself, when the tool has no `action` argument. */
  readonly actions: readonly CatalogAction[];
  readonly hasActionArgument: boolean;
}

/** A field of the settings form or of the credentials form. */
export interface CatalogField {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly kind: 'text' | 'secret' | 'number' | 'boolean' | 'choice' | 'list' | 'url' | 'folder';
  readonly required: boolean;
  readonly default?: unknown;
  readonly choices?: readonly { readonly value: string; readonly title: string }[];
  /** The environment variable of the original server, for stand-alone runs. */
  readonly variable?: string;
  /** Further spellings of it; the first that is set wins. */
  readonly otherVariables?: readonly string[];
  /** Changing it drops the secrets (architecture §4). */
  readonly namesHost?: boolean;
}

/** A step of a person at the vendor before there is a credential. */
export interface SetupStep {
  readonly title: string;
  readonly description: string;
  /** For a shell; `{name}` stands for what was typed into the field of that name. Never holds a secret. */
  readonly command: string;
}

export interface Catalog {
  readonly backend: string;
  readonly title: string;
  readonly description: string;
  readonly version: string;
  readonly instructions: string;
  /** Where the vendor gives out the credential, in a sentence or two. */
  readonly credentialHelp: string;
  /** How the credential is made, as commands to copy; empty where the vendor's portal does it. */
  readonly setup: readonly SetupStep[];
  readonly firstQuestions: readonly string[];
  readonly settings: readonly CatalogField[];
  readonly credentials: readonly CatalogField[];
  /** It works without credentials: a person signs in on a page when something is asked for. */
  readonly browserSignIn: boolean;
  readonly scopes: readonly { readonly name: string; readonly title: string }[];
  readonly defaultPresentation: 'grouped' | 'flat';
  /** Removing a connection takes its credential back at the vendor. */
  readonly retires?: true;
  /** The grouped presentation. */
  readonly tools: readonly CatalogTool[];
  readonly prompts: readonly {
    readonly name: string;
    readonly title: string;
    readonly description: string;
    readonly arguments: readonly {
      readonly name: string;
      readonly description: string;
      readonly required: boolean;
      /** The account offers values for it. */
      readonly completes?: true;
    }[];
  }[];
  readonly resources: readonly CatalogResource[];
}

export interface CatalogResource {
  readonly uri: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
  /** What its address may carry as `?name=value`. */
  readonly filters?: readonly { readonly name: string; readonly completes?: true }[];
  /** It can be subscribed to. */
  readonly watched?: true;
}

/** The resources as `resources/list` shows them. */
export function presentResources({ resources }: Pick<Catalog, 'resources'>) {
  return resources.map(({ filters: _filters, watched: _watched, ...shown }) => shown);
}

/** Those whose addresses carry filters, as `resources/templates/list` shows them (RFC 6570). */
export function presentTemplates({ resources }: Pick<Catalog, 'resources'>) {
  return resources.flatMap(({ filters = [], watched: _watched, uri, ...shown }) =>
    filters.length === 0 ? [] : [{ ...shown, uriTemplate: templateOf({ uri, filters }) }],
  );
}

export function templateOf({ uri, filters = [] }: Pick<CatalogResource, 'uri' | 'filters'>): string {
  return `${uri}{?${filters.map(({ name }) => name).join(',')}}`;
}

/** What the catalogue says about the capabilities of a server. */
export function abilitiesOf({ prompts, resources }: Pick<Catalog, 'prompts' | 'resources'>) {
  return {
    completions: [
      ...prompts.flatMap(prompt => prompt.arguments),
      ...resources.flatMap(({ filters = [] }) => filters),
    ].some(({ completes }) => completes),
    subscribe: resources.some(({ watched }) => watched),
  };
}

/** A tool as `tools/list` shows it. */
export interface PresentedTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema?: JsonSchema;
  readonly annotations: {
    readonly title: string;
    readonly readOnlyHint: boolean;
    readonly destructiveHint: boolean;
    readonly idempotentHint: boolean;
    readonly openWorldHint: boolean;
  };
}

/**
 * A tool narrowed to the permitted actions: enum, arguments, description and annotations speak of those alone.
 * `undefined` when none is left. The catalogue entry is not changed.
 */
export function presentTool(
  tool: CatalogTool,
  permitted: (action: CatalogAction) => boolean,
): PresentedTool | undefined {
  const actions = tool.actions.filter(permitted);
  if (actions.length === 0) return undefined;
  const description = tool.hasActionArgument
    ? `${tool.description}\n\nActions:\n${actions.map(action => `- ${action.name}: ${action.description}`).join('\n')}`
    : tool.description;
  return present(tool.name, tool.title, description, narrowSchema(tool, actions), tool.outputSchema, actions);
}

/** The same actions as one tool each, under their flat names and without the `action` argument. */
export function presentFlat(tool: CatalogTool, permitted: (action: CatalogAction) => boolean): PresentedTool[] {
  return tool.actions.filter(permitted).map(action => {
    const { action: _action, ...properties } = propertiesOf(narrowSchema(tool, [action]));
    const schema: JsonSchema = { ...tool.inputSchema, properties, required: action.required };
    const title = tool.hasActionArgument ? `${tool.title}: ${action.name.replaceAll('_', ' ')}` : tool.title;
    return present(action.flatName, title, action.description, schema, tool.outputSchema, [action]);
  });
}

function present(
  name: string,
  title: string,
  description: string,
  inputSchema: JsonSchema,
  outputSchema: JsonSchema | null,
  actions: readonly CatalogAction[],
): PresentedTool {
  return {
    name,
    title,
    description,
    inputSchema,
    ...(outputSchema ? { outputSchema } : {}),
    annotations: {
      title,
      readOnlyHint: actions.every(action => action.effect === 'read'),
      destructiveHint: actions.some(action => action.effect === 'destructive'),
      idempotentHint: actions.every(action => action.idempotent),
      openWorldHint: true,
    },
  };
}

function narrowSchema(tool: CatalogTool, actions: readonly CatalogAction[]): JsonSchema {
  if (!tool.hasActionArgument || actions.length === tool.actions.length) return tool.inputSchema;
  const used = new Set(['action', ...actions.flatMap(action => action.parameters)]);
  const properties: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(propertiesOf(tool.inputSchema))) {
    if (!used.has(name)) continue;
    properties[name] =
      name === 'action' ? { ...(schema as JsonSchema), enum: actions.map(action => action.name) } : schema;
  }
  const required = requiredOf(tool.inputSchema).filter(name => used.has(name));
  return { ...tool.inputSchema, properties, required };
}

function propertiesOf(schema: JsonSchema): Record<string, unknown> {
  const { properties } = schema;
  return typeof properties === 'object' && properties !== null ? { ...properties } : {};
}

function requiredOf(schema: JsonSchema): string[] {
  return Array.isArray(schema.required) ? schema.required.filter(name => typeof name === 'string') : [];
}
