import {
  abilitiesOf,
  type Catalog,
  type CatalogAction,
  type CatalogTool,
  type Effect,
  presentFlat,
  presentResources,
  presentTemplates,
  presentTool,
} from '../../mcp/kit/catalog.ts';
import type { Presentation } from '../../mcp/kit/control.ts';
import type { PolicyAction } from '../policy/index.ts';
import { type Definition, heldTools, type Pinned } from './pinned.ts';

/** An action that a call names, with what the gateway must know about it. */
export interface OfferedAction extends PolicyAction {
  readonly secretParameters: readonly string[];
  readonly sensitiveResult: boolean;
  /** Its server can tell what it would change. */
  readonly plans: boolean;
  /** What the server itself is to be asked: in the flat presentation another tool name and an added `action`. */
  readonly route: { readonly tool: string; readonly action: string | null };
}

/** What a connection offers to assistants, ours or custom, under one face. */
export interface Offer {
  readonly title: string;
  readonly instructions: string;
  readonly actions: readonly OfferedAction[];
  /** The tools of `tools/list`, reduced to the permitted actions. */
  tools(permitted: (action: PolicyAction) => boolean): readonly Definition[];
  /** The action that `tools/call` names; `undefined` for an unknown tool; the valid names for an unknown action. */
  resolve(
    tool: string,
    args: Readonly<Record<string, unknown>>,
  ): OfferedAction | { readonly unknownAction: readonly OfferedAction[] } | undefined;
  /** The tool name under which assistants call an action. */
  presentedName(tool: string, action: string): string;
  readonly prompts: readonly Definition[];
  readonly resources: readonly Definition[];
  readonly templates: readonly Definition[];
  readonly completions: boolean;
  readonly subscribe: boolean;
}

/** A backend of ours, from its catalogue. */
export function offerOfCatalog(catalog: Catalog, presentation: Presentation): Offer {
  const actionOf = (tool: CatalogTool, action: CatalogAction): OfferedAction => ({
    tool: tool.name,
    action: action.name,
    effect: action.effect,
    flags: action.flags,
    scopes: action.scopes,
    secretParameters: action.secretParameters,
    sensitiveResult: action.sensitiveResult,
    plans: action.plans === true,
    route: { tool: tool.name, action: presentation === 'flat' && tool.hasActionArgument ? action.name : null },
  });
  const byTool = new Map(catalog.tools.map(tool => [tool.name, tool.actions.map(action => actionOf(tool, action))]));
  const byFlatName = new Map(
    catalog.tools.flatMap(tool => tool.actions.map(action => [action.flatName, actionOf(tool, action)] as const)),
  );
  const actions = [...byTool.values()].flat();
  return {
    title: catalog.title,
    instructions: catalog.instructions,
    actions,
    tools(permitted) {
      const may = (tool: CatalogTool) => (action: CatalogAction) => permitted(actionOf(tool, action));
      if (presentation === 'flat') return catalog.tools.flatMap(tool => presentFlat(tool, may(tool)).map(asDefinition));
      return catalog.tools.flatMap(tool => {
        const presented = presentTool(tool, may(tool));
        return presented === undefined ? [] : [asDefinition(presented)];
      });
    },
    resolve(tool, args) {
      if (presentation === 'flat') return byFlatName.get(tool);
      const of = byTool.get(tool);
      if (of === undefined) return undefined;
      const definition = catalog.tools.find(({ name }) => name === tool);
      if (definition?.hasActionArgument === false) return of[0];
      return of.find(({ action }) => action === args.action) ?? { unknownAction: of };
    },
    presentedName(tool, action) {
      if (presentation === 'grouped') return tool;
      return (
        catalog.tools.find(({ name }) => name === tool)?.actions.find(({ name }) => name === action)?.flatName ?? tool
      );
    },
    prompts: catalog.prompts.map(prompt =>
      asDefinition({ ...prompt, arguments: prompt.arguments.map(({ completes: _completes, ...rest }) => rest) }),
    ),
    resources: presentResources(catalog).map(asDefinition),
    templates: presentTemplates(catalog).map(asDefinition),
    ...abilitiesOf(catalog),
  };
}

/** A custom server, from its pinned definitions and the user's classification. */
export function offerOfPinned(title: string, pinned: Pinned | undefined): Offer {
  const accepted = pinned?.accepted;
  const held = new Set(pinned === undefined ? [] : heldTools(pinned));
  const actions = new Map(
    (accepted?.tools ?? [])
      .filter(tool => !held.has(String(tool.name)))
      .map(tool => {
        const name = String(tool.name);
        const effect: Effect = pinned?.effects[name] ?? 'write';
        return [
          name,
          {
            tool: name,
            action: name,
            effect,
            flags: [],
            scopes: null,
            secretParameters: [],
            sensitiveResult: false,
            plans: false,
            route: { tool: name, action: null },
          } satisfies OfferedAction,
        ] as const;
      }),
  );
  const capability = (name: string): Definition | undefined => {
    const found = accepted?.capabilities[name];
    return typeof found === 'object' && found !== null ? (found as Definition) : undefined;
  };
  return {
    title,
    instructions: accepted?.instructions ?? '',
    actions: [...actions.values()],
    tools: permitted =>
      (accepted?.tools ?? []).filter(tool => {
        const action = actions.get(String(tool.name));
        return action !== undefined && permitted(action);
      }),
    resolve: tool => actions.get(tool),
    presentedName: tool => tool,
    prompts: accepted?.prompts ?? [],
    resources: accepted?.resources ?? [],
    templates: accepted?.templates ?? [],
    completions: capability('completions') !== undefined,
    subscribe: capability('resources')?.subscribe === true,
  };
}

function asDefinition(value: object): Definition {
  return { ...value };
}
