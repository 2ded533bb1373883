import type { Environment, Verb } from '../permissions.ts';
import type { DevopsCall, Item, Way } from '../reply.ts';

export interface DeployOrder {
  readonly service_name: string;
  readonly version: string;
  readonly environment: Environment;
}

export interface RollbackOrder {
  readonly deployment_id: string;
  readonly reason: string;
  readonly environment: Environment;
}

export type Status = 'SUCCESS' | 'FAILED' | 'IN_PROGRESS';

/** What became of a write, as far as the executor tells. */
export interface Executed {
  readonly status: Status;
  /** A deployment or a rollback with the members of §4.3. */
  readonly record: Item;
  readonly message: string;
  readonly way: Way;
}

/** What is there before a rollback: the version that runs and the one that will run; `null`: not known. */
export interface Target {
  readonly service: string | null;
  readonly from: string | null;
  readonly to: string | null;
}

/**
 * Who carries out deployments. A write is sent once. When it throws `GH_OUTCOME_UNKNOWN` the write may have been done, and
 * `find` tells by the key, now or later; every other fault means that nothing was done.
 */
export interface Driver {
  deploy(call: DevopsCall, order: DeployOrder, key: string): Promise<Executed>;
  /** Looks first, so that what cannot be rolled back is refused before anything is sent. Throws `GH_NOT_FOUND`. */
  target(call: DevopsCall, order: RollbackOrder): Promise<Target>;
  rollback(call: DevopsCall, order: RollbackOrder, key: string): Promise<Executed>;
  /** `undefined`: there is no such write, or nobody may look. */
  find(call: DevopsCall, verb: Verb, key: string): Promise<Executed | undefined>;
  /** Which way a write takes. */
  way(call: DevopsCall): Way;
}
