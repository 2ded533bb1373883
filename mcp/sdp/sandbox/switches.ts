import * as z from 'zod';
import { createSwitches, type Switches } from '../../kit/sandbox.ts';

/** Where the fact sheet is unsure of the vendor, or knows several behaviours, the sandbox can be switched (§8, §9). */
const schema = z.strictObject({
  /** HTTP status of the errors of the token address (§1.6). */
  oauthErrorStatus: z.union([z.literal(200), z.literal(400)]),
  /** The answer to a code tells its scopes (§1.4: sometimes). */
  tellsScopes: z.boolean(),
  /** Failures come with HTTP status 200, as some do (§8). */
  failuresWith200: z.boolean(),
  /** How the routes of actions are written (§3): `/close`, `/_close`, or both. */
  actionRoutes: z.enum(['both', 'plain', 'underscore']),
  /** What an unknown path is answered with (V20). */
  unknownPath: z.enum(['json', 'html400', 'html401']),
  /** The template `Default Request` wants all that the strict one wants (V8). */
  strictTemplate: z.boolean(),
  /** A business rule forbids the priority (V9). */
  priorityLocked: z.boolean(),
  /** A request without resolution does not close (V1). */
  resolutionRequired: z.boolean(),
  /** Routes that some sites lack (§9 U6, U8, U11, U12). */
  missingRoutes: z.array(
    z.enum(['upload', 'conversations', 'notifications', 'summary', 'groups', 'statuses', 'views', 'technicians']),
  ),
  /** How the level of an approval and the size of an attachment are written (§7.7). */
  levelKey: z.enum(['level', 'level_number']),
  sizeAsObject: z.boolean(),
  /** Who wrote a note, and when, stands under these (§7.6). */
  noteKeys: z.enum(['added', 'created']),
  /** The answer of a note is wrapped in this (§3.2). */
  noteWrapper: z.enum(['request_note', 'note']),
  /** Requests of one portal in a minute before 429; `null`: no limit is known (§1.5). */
  perMinute: z.int().min(1).nullable(),
  /** Seconds in the `Retry-After` of a 429; `null`: none is sent. */
  retryAfter: z.int().min(1).nullable(),
  /** A bare DELETE of a live request: trashes it, or purges it (§9 U5). */
  deleteLive: z.enum(['trashes', 'purges']),
});

export type SdpSwitches = z.output<typeof schema>;

export function createSdpSwitches(changes: Partial<SdpSwitches>): Switches<SdpSwitches> {
  return createSwitches(schema, {
    oauthErrorStatus: 200,
    tellsScopes: true,
    failuresWith200: false,
    actionRoutes: 'both',
    unknownPath: 'json',
    strictTemplate: false,
    priorityLocked: false,
    resolutionRequired: true,
    missingRoutes: [],
    levelKey: 'level',
    sizeAsObject: false,
    noteKeys: 'added',
    noteWrapper: 'request_note',
    perMinute: null,
    retryAfter: 60,
    deleteLive: 'trashes',
    ...changes,
  });
}
