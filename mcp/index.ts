import type { Catalog } from './kit/catalog.ts';
import type { SandboxModule } from './kit/sandbox.ts';

/** A backend as the kit knows it; stands here until the kit has it. */
export interface Backend {
  readonly catalog: Catalog;
}

export interface StandaloneOptions {
  readonly transport: 'stdio' | 'streamable-http' | 'sse';
  readonly host: string;
  readonly port: number;
  readonly readOnly?: boolean;
  readonly logLevel?: string;
}

/** The backends we ship, loaded when asked for. */
export const backends: Readonly<Record<string, () => Promise<Backend>>> = {};

export function catalogOf(backend: Backend): Catalog {
  return backend.catalog;
}

/** The local stand-ins of the vendors. */
export const sandboxes: Readonly<Record<string, () => Promise<SandboxModule>>> = {
  dpod: () => import('./dpod/sandbox/index.ts'),
};

/** Runs one server on its own, configured by the environment; resolves when it ended. */
export async function runStandalone(backend: string, _options: StandaloneOptions): Promise<void> {
  throw new Error(`no backend ${backend}`);
}
