import {
  GatehouseError,
  type HostEvent,
  type OutputOf,
  type ParsedOf,
  type ProcedureName,
  procedures,
} from '../contract/index.ts';

/** Where a request came in. A person sits at a window; the command line may be an assistant's shell. */
export type Door = 'window' | 'cli';

export interface Context {
  readonly door: Door;
  readonly progress: (done: number, total: number | null) => void;
}

export type Handlers = {
  readonly [N in ProcedureName]: (input: ParsedOf<N>, context: Context) => Promise<OutputOf<N>> | OutputOf<N>;
};

/** The host as every door sees it. */
export interface HostApi {
  call(door: Door, name: string, input: unknown, progress?: Context['progress']): Promise<unknown>;
  subscribe(listener: (event: HostEvent) => void): () => void;
}

/** Checks the input against the contract, then runs the handler. Unexpected failures become `GH_INTERNAL` and are reported. */
export function createHostApi(
  handlers: Handlers,
  subscribe: HostApi['subscribe'],
  report: (name: string, error: unknown) => void,
): HostApi {
  return {
    subscribe,
    async call(door, name, input, progress = () => undefined) {
      if (!Object.hasOwn(procedures, name)) throw new GatehouseError('GH_USAGE', `There is no procedure "${name}".`);
      const known = name as ProcedureName;
      const parsed = procedures[known].input.safeParse(input ?? {});
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        throw new GatehouseError(
          'GH_INVALID_INPUT',
          `${issue?.path.join('.') || 'the input'}: ${issue?.message ?? 'not allowed'}.`,
        );
      }
      try {
        const run = handlers[known] as (value: unknown, context: Context) => unknown;
        return await run(parsed.data, { door, progress });
      } catch (error) {
        if (error instanceof GatehouseError) throw error;
        report(name, error);
        throw new GatehouseError(
          'GH_INTERNAL',
          `${name} failed: ${error instanceof Error ? error.message : String(error)}.`,
          { cause: error },
        );
      }
    },
  };
}
