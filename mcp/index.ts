import type { Manifest } from './kit/define.ts';
import { Fault } from './kit/fault.ts';
import type { SandboxModule } from './kit/sandbox.ts';
import type { StandaloneOptions } from './kit/standalone.ts';
import type { Done } from './kit/tasks.ts';

export { catalogOf } from './kit/derive.ts';

/** Its state is its own business: whoever runs a backend passes it on unseen. */
// biome-ignore lint/suspicious/noExplicitAny: each backend has a state of another type, which only the backend looks into
type AnyManifest = Manifest<any>;

/** The backends we ship, loaded when asked for. */
export const backends: Readonly<Record<string, () => Promise<AnyManifest>>> = {
  cloudways: async () => (await import('./cloudways/index.ts')).cloudways,
  devops: async () => (await import('./devops/index.ts')).devops,
  dpod: async () => (await import('./dpod/index.ts')).dpod,
  sdp: async () => (await import('./sdp/index.ts')).sdp,
  thanos: async () => (await import('./thanos/index.ts')).thanos,
};

/** The local stand-ins of the vendors. */
export const sandboxes: Readonly<Record<string, () => Promise<SandboxModule>>> = {
  cloudways: () => import('./cloudways/sandbox/index.ts'),
  devops: () => import('./devops/sandbox/index.ts'),
  dpod: () => import('./dpod/sandbox/index.ts'),
  sdp: () => import('./sdp/sandbox/index.ts'),
  thanos: () => import('./thanos/sandbox/index.ts'),
};

/** Runs one server on its own, configured by the environment; returns when it ended. Throws `Fault`. */
export async function runStandalone(backend: string, options: StandaloneOptions): Promise<void> {
  const { runStandalone: run } = await import('./kit/standalone.ts');
  await run(await manifestOf(backend), process.env, options);
}

/** Does one task on the database of a server on its own, such as `migrate`. Throws `Fault`. */
export async function runTask(backend: string, task: string, name: string | undefined): Promise<Done> {
  const { runTask: run } = await import('./kit/tasks.ts');
  return await run(await manifestOf(backend), process.env, task, name);
}

async function manifestOf(backend: string): Promise<AnyManifest> {
  const load = backends[backend];
  if (load === undefined)
    throw new Fault('GH_NOT_FOUND', `There is no backend "${backend}".`, {
      hint: `Use one of: ${Object.keys(backends).join(', ')}.`,
    });
  return await load();
}
