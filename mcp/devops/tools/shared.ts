import type * as z from 'zod';
import { definesFor, type PlannedChange, type Tool } from '../../kit/index.ts';
import type { Permission } from '../permissions.ts';
import { type DevopsCall, explained, type Item } from '../reply.ts';
import type { Devops } from '../state.ts';

const { action, tool } = definesFor<Devops>();
type Spec = Parameters<typeof action>[0];

interface Named<S extends Readonly<Record<string, z.ZodType>>> {
  readonly names: readonly [own: string, ...aliases: string[]];
  readonly title: string;
  readonly description: string;
  readonly effect: 'read' | 'destructive';
  /** One of these rights; `null`: any principal. */
  readonly rights: readonly Permission[] | null;
  /** Runs before anybody is signed in. */
  readonly anonymous?: boolean;
  readonly input: S;
  run(given: z.output<z.ZodObject<S>>, call: DevopsCall, name: string): Promise<Item>;
  /** What it would change, for the person who is asked. */
  plan?(given: z.output<z.ZodObject<S>>, call: DevopsCall): Promise<readonly PlannedChange[]>;
}

/** One operation under its own name and the names that an OpenAPI gateway gives it: never a second implementation (§3.1). */
export function named<const S extends Readonly<Record<string, z.ZodType>>>(spec: Named<S>): readonly Tool<Devops>[] {
  const { names, title, effect, rights, input, anonymous, run, plan } = spec;
  return names.map(name => {
    const description = name === names[0] ? spec.description : `The same as ${names[0]}, under the gateway's name.`;
    return tool({
      name,
      title,
      description,
      actions: {
        [name]: action({
          description,
          effect,
          scopes: rights,
          input,
          ...(anonymous === undefined ? {} : { anonymous }),
          ...(plan === undefined ? {} : { plan }),
          run: (given: z.output<z.ZodObject<S>>, call: DevopsCall) =>
            run(given, call, name).catch((error: unknown) => {
              throw explained(call, name, error);
            }),
        } as Spec),
      },
    });
  });
}
