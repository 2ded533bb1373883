import * as z from 'zod';
import { createSwitches, type Switches } from '../../kit/sandbox.ts';

/** Where the fact sheet is unsure of the vendor, or knows several behaviours, the sandbox can be switched (§8). */
const schema = z.strictObject({
  /** How much faster operations run than the figures of §8.2. */
  speed: z.number().positive(),
  /** `_method` in a POST counts as the verb. */
  methodOverride: z.boolean(),
  /** The path by which a bought certificate is installed (§9 row 4). */
  ownSslPath: z.enum(['ownSSL', 'own_ssl']),
  /** Requests of an account in a window. */
  rateLimit: z.int().min(1),
  /** Requests to `/app/analytics/traffic`, and for tokens, in a window. */
  lowRateLimit: z.int().min(1),
  rateWindowSeconds: z.number().positive(),
  /** A finished operation of the reading kind says `status: false` beside it (§8.2). */
  readsSayFalse: z.boolean(),
  /** Where restore points stand in a finished operation (§9 row 11). */
  restorePoints: z.enum(['parameters', 'data']),
  /** `parameters` of a finished operation is broken JSON. */
  brokenParameters: z.boolean(),
  /** Form of the next operation ids; `cycle` goes through all four of §2.3. */
  operationIds: z.enum(['cycle', 'number', 'text', 'uuid', 'flex']),
  /** An empty PHP array where an object is expected. */
  emptyAsList: z.boolean(),
  /** The message with which the next operations fail. */
  failOperations: z.string().nullable(),
});

export type CloudwaysSwitches = z.output<typeof schema>;

export function createCloudwaysSwitches(changes: Partial<CloudwaysSwitches>): Switches<CloudwaysSwitches> {
  return createSwitches(schema, {
    speed: 10,
    methodOverride: false,
    ownSslPath: 'ownSSL',
    rateLimit: 100,
    lowRateLimit: 20,
    rateWindowSeconds: 60,
    readsSayFalse: true,
    restorePoints: 'parameters',
    brokenParameters: false,
    operationIds: 'cycle',
    emptyAsList: true,
    failOperations: null,
    ...changes,
  });
}
