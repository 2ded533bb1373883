import * as z from 'zod';
import { createSwitches, type Switches } from '../../kit/sandbox.ts';

/** Where the fact sheet knows several behaviours of Cognito or of the platform, the sandbox can be switched (§7). */
const schema = z.strictObject({
  /** Seconds for which ID and access tokens are good. */
  expiresIn: z.int().min(1),
  /** Refresh-token rotation is on: `REFRESH_TOKEN_AUTH` is refused (§1.2). */
  rotation: z.boolean(),
  /** A refresh answers a new refresh token too, as some future pool may (§1.4 row 8). */
  newRefreshToken: z.boolean(),
  /** The app client hides whether a user exists. */
  hideUsers: z.boolean(),
  /** The app client allows `USER_PASSWORD_AUTH`. */
  passwordFlow: z.boolean(),
  /** The challenge after a right password, such as `SOFTWARE_TOKEN_MFA`. */
  challenge: z.string().nullable(),
  /** Which routes for rules exist: none, `/rules`, or `/config/rules` (§3.1). */
  rules: z.enum(['current', 'rules-v1', 'contract']),
  /** Which release answers the metrics: with `top_resources`, or with `top_rules`. */
  metrics: z.enum(['current', 'older']),
  /** `differences` have desired and observed value swapped (§4.2). */
  swapped: z.boolean(),
  /** Errors of the database are swallowed: resources come back as an empty list. */
  databaseDown: z.boolean(),
  /** Milliseconds after which the gateway gives up on a function; 30,000 in truth. */
  gatewayMs: z.int().min(1),
  /** What it answers then: 503, by some reports 504. */
  gatewayStatus: z.union([z.literal(503), z.literal(504)]),
  /** Milliseconds that a scan takes, by the sandbox's clock. */
  scanMs: z.int().min(0),
  /** How scans go: whole, with a region that cannot be read, or without a role that can be assumed. */
  scans: z.enum(['normal', 'region-failure', 'role-error', 'list-failure']),
  /** Bytes of rows after which the store ends a page of resources without a word. */
  storeBytes: z.int().min(1),
});

export type ThanosSwitches = z.output<typeof schema>;

export function createThanosSwitches(changes: Partial<ThanosSwitches>): Switches<ThanosSwitches> {
  return createSwitches(schema, {
    expiresIn: 3_600,
    rotation: false,
    newRefreshToken: false,
    hideUsers: true,
    passwordFlow: true,
    challenge: null,
    rules: 'current',
    metrics: 'current',
    swapped: true,
    databaseDown: false,
    gatewayMs: 30_000,
    gatewayStatus: 503,
    scanMs: 400,
    scans: 'normal',
    storeBytes: 1_048_576,
    ...changes,
  });
}
