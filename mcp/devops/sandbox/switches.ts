import * as z from 'zod';
import { createSwitches, type Switches } from '../../kit/sandbox.ts';

/** Where the fact sheet knows several behaviours of the upstreams, the sandbox can be switched (§10). */
const schema = z.strictObject({
  /** Seconds for which sessions are good; Descope's least is 180. */
  sessionSeconds: z.int().min(1),
  /** An old refresh token dies at use, and a new one comes (§1.3). */
  rotation: z.boolean(),
  /** Tokens come as the cookies `DS` and `DSR`, and the body lacks them (§1.1). */
  cookies: z.boolean(),
  /** What the platform speaks: the contract of §4, or the original server with its defects (§8). */
  platform: z.enum(['contract', 'as-built']),
  /** The platform answers without a token too, with the rights of §1.7. */
  anonymous: z.boolean(),
  /** `GET /` announces idempotency keys, and they work. */
  idempotency: z.boolean(),
  /** Outcomes of the next writes, first come first served; then SUCCESS. */
  outcomes: z.array(z.enum(['SUCCESS', 'FAILED', 'IN_PROGRESS'])),
  /** How the gateway answers: as JSON, or as an event stream with a notification first. */
  gatewayForm: z.enum(['json', 'sse']),
  /** Names of the gateway's tools are `<persona>_<tool>`. */
  persona: z.string().nullable(),
  /** The gateway's policy forbids writes. */
  policy: z.string().nullable(),
  /** The gateway forwards a write and loses the answer. */
  losesAnswers: z.boolean(),
  /** `meta.status` of log searches. */
  logStatus: z.enum(['done', 'timeout']),
  /** The answer of metric queries: as asked, or 200 with an error inside (§5.1). */
  metricStatus: z.enum(['ok', 'error']),
  /** What Datadog's answers say of the requests that are left, and of the seconds until it counts anew. */
  budget: z.object({ remaining: z.int().min(0), reset: z.int().min(0) }).nullable(),
  /** Rows of a page of logs at most, below the 1,000 of the vendor. */
  logPage: z.int().min(1).max(1_000),
});

export type DevopsSwitches = z.output<typeof schema>;

export function createDevopsSwitches(changes: Partial<DevopsSwitches>): Switches<DevopsSwitches> {
  return createSwitches(schema, {
    sessionSeconds: 600,
    rotation: false,
    cookies: false,
    platform: 'contract',
    anonymous: false,
    idempotency: true,
    outcomes: [],
    gatewayForm: 'json',
    persona: null,
    policy: null,
    losesAnswers: false,
    logStatus: 'done',
    metricStatus: 'ok',
    budget: null,
    logPage: 1_000,
    ...changes,
  });
}
