import type { SandboxAnswer } from '../../kit/sandbox.ts';
import type { Visit } from './world.ts';

type Op = 'CREATE' | 'READ' | 'UPDATE' | 'DELETE';

/** One route of the API below `/api/v3`. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** The scopes of which one suffices, beside `.ALL`, without prefix. */
  readonly scopes: readonly string[];
  /** The last word is an action: written plainly or with an underscore (§3). */
  readonly isAction?: boolean;
  readonly run: (visit: Visit) => SandboxAnswer;
}

type Run = Endpoint['run'];

/** The routes of one module of the scopes, such as `requests`. */
export function routesOf(module: string) {
  const route = (
    method: Endpoint['method'],
    path: string,
    ops: readonly Op[],
    run: Run,
    isAction = false,
  ): Endpoint => ({
    method,
    path,
    scopes: ops.map(op => `${module}.${op}`),
    run,
    isAction,
  });
  return {
    get: (path: string, run: Run): Endpoint => route('GET', path, ['READ'], run),
    /** §9 U17: the sheet is unsure of the scope for parts of a record; either will do. */
    post: (path: string, run: Run, ops: readonly Op[] = ['CREATE', 'UPDATE']): Endpoint =>
      route('POST', path, ops, run),
    put: (path: string, run: Run): Endpoint => route('PUT', path, ['UPDATE'], run),
    remove: (path: string, run: Run, ops: readonly Op[] = ['DELETE']): Endpoint => route('DELETE', path, ops, run),
    action: (path: string, run: Run): Endpoint => route('PUT', path, ['UPDATE'], run, true),
    trash: (path: string, run: Run): Endpoint => route('DELETE', path, ['DELETE'], run, true),
  };
}
