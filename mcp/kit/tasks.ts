import type { StandaloneDefaults } from './define.ts';
import { Fault } from './fault.ts';
import { createLogger } from './log.ts';
import { keyIn } from './seal.ts';
import { openTenants } from './stores.ts';
import { readTenants } from './tenants.ts';

/** What can be done with the database of a server on its own, beside running it. */
export const TASKS = ['migrate', 'import-tenants', 'list-tenants', 'remove-tenant'] as const;
type Task = (typeof TASKS)[number];

/** What was done: `sentence` for people. */
export interface Done {
  readonly sentence: string;
  readonly [member: string]: unknown;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Does one task on the database of `DATABASE_URL`, and ends. Throws `GH_INVALID_INPUT`, `GH_STORE_…`. */
export async function runTask(
  { name: backend, standalone }: { readonly name: string; readonly standalone?: StandaloneDefaults },
  env: Env,
  task: string,
  name: string | undefined,
): Promise<Done> {
  const known = TASKS.find(one => one === task);
  if (known === undefined || standalone?.stores?.includes('postgres') !== true)
    throw new Fault('GH_INVALID_INPUT', `The server ${backend} has no task "${task}".`, {
      hint:
        known === undefined ? `The tasks of sdp are: ${TASKS.join(', ')}.` : 'Only sdp keeps tenants in a database.',
    });
  const log = createLogger({ level: 'warn', name: backend, file: undefined, secrets: () => [] });
  await using database = await openTenants(env, backend, log);
  if (known !== 'migrate') await database.check();
  const tasks: Readonly<Record<Task, () => Promise<Done>>> = {
    async migrate() {
      const previous = env.ENCRYPTION_KEY_PREVIOUS;
      const done = await database.migrate(
        previous ? keyIn(previous, 'DATABASE_URL', 'ENCRYPTION_KEY_PREVIOUS') : undefined,
      );
      const { from, to, resealed } = done;
      const schema = from === to ? `The schema is ${to} already.` : `The schema was ${from} and is ${to}.`;
      const sealed = `Tenants whose credentials were sealed under the new key: ${resealed}; the old key is of no use any more.`;
      return { sentence: previous ? `${schema}\n${sealed}` : schema, ...done };
    },
    async 'import-tenants'() {
      if (!env.GATEHOUSE_TENANTS)
        throw new Fault('GH_INVALID_INPUT', 'GATEHOUSE_TENANTS is missing.', { hint: 'It names the file of tenants.' });
      const tenants = readTenants(env.GATEHOUSE_TENANTS);
      await database.put(tenants);
      const names = tenants.map(tenant => tenant.name);
      return {
        sentence: `In the database now: ${names.join(', ')}. The file has their secrets in the clear: delete it.`,
        imported: names,
      };
    },
    async 'list-tenants'() {
      const tenants = (await database.tenants()).map(tenant => ({ id: tenant.id, name: tenant.name }));
      return { sentence: tenants.map(tenant => `${tenant.name}  ${tenant.id}`).join('\n'), tenants };
    },
    async 'remove-tenant'() {
      if (!name) throw new Fault('GH_INVALID_INPUT', 'Which tenant? Its name is missing.');
      if (!(await database.remove(name))) throw new Fault('GH_NOT_FOUND', `There is no tenant "${name}".`);
      return { sentence: `${name} is removed; what it asked is kept without its name.`, removed: name };
    },
  };
  return await tasks[known]();
}
