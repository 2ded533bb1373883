import * as z from 'zod';
import { createSwitches, type Switches } from '../../kit/sandbox.ts';

/**
 * Where the fact sheet is unsure of the vendor ([U]) or knows several behaviours, the sandbox can be switched.
 * The defaults are the sheet's best guess.
 */
const schema = z.strictObject({
  /** Who may do what (§3.15): what the vendor says, or what the seed's table believed. */
  policy: z.enum(['build', 'seed']),

  /** `expires_in` and the JWT's `exp`. */
  tokenLifetimeSeconds: z.int().min(1),
  expiresIn: z.enum(['present', 'absent']),
  /** Form of the JWT's scopes: claim `scope` as list or text, claim `scp`, or none at all. */
  jwtScope: z.enum(['array', 'string', 'scp', 'absent']),
  /** `scope` in the token answer. */
  responseScope: z.enum(['present', 'absent']),

  /** Polls after which a new instance is active, an export has ended, a deletion with 202 is done. 0: at once. */
  pollsUntilReady: z.int().min(0),
  /** `later`: 202, and the instance is gone after `pollsUntilReady` polls. */
  deletion: z.enum(['now', 'later']),
  /** Two service instances, or two subscriber groups, of one name. */
  duplicateNames: z.enum(['allowed', 'refused']),
  /** Overrides every tenant's `serviceQuota`. */
  serviceQuota: z.int().min(0).nullable(),
  quotaStatus: z.union([z.literal(403), z.literal(409)]),

  /** What `PUT …/bindings` answers. */
  bindingAnswer: z.enum(['zip', 'json']),
  /** A number: `PUT …/bindings` does not exist yet and answers so; the legacy path still works. */
  bindingEndpoint: z.union([z.literal('present'), z.literal(404), z.literal(405)]),

  exportFormat: z.enum(['gzip', 'ndjson', 'json', 'zip', 'zip-ndjson']),
  exportOutcome: z.enum(['SUCCEEDED', 'FAILED', 'CANCELLED', 'never']),
  exportLinkLifetimeSeconds: z.int().min(1),
  /** `meta` of a record: JSON in a string, as observed, or an object. */
  auditMeta: z.enum(['string', 'object']),
  /** What a credential with SP alone gets from audit exports. */
  spAudit: z.enum(['empty', 'refused']),
  /** How often each record stands in the file, to make large files. */
  auditRepeat: z.int().min(1),

  hierarchy: z.enum(['tree', 'list']),
  /** `html-only`: the JSON paths answer 404; `down`: everything answers 503. */
  statusPage: z.enum(['minor', 'operational', 'major', 'html-only', 'down']),
});

export type DpodSwitches = z.output<typeof schema>;

export function createDpodSwitches(changes: Partial<DpodSwitches>): Switches<DpodSwitches> {
  return createSwitches(schema, {
    policy: 'build',
    tokenLifetimeSeconds: 3599,
    expiresIn: 'present',
    jwtScope: 'array',
    responseScope: 'present',
    pollsUntilReady: 2,
    deletion: 'now',
    duplicateNames: 'allowed',
    serviceQuota: null,
    quotaStatus: 403,
    bindingAnswer: 'zip',
    bindingEndpoint: 'present',
    exportFormat: 'gzip',
    exportOutcome: 'SUCCEEDED',
    exportLinkLifetimeSeconds: 24 * 60 * 60,
    auditMeta: 'string',
    spAudit: 'empty',
    auditRepeat: 1,
    hierarchy: 'tree',
    statusPage: 'minor',
    ...changes,
  });
}
