import * as z from 'zod';
import type { ErrorCode, GatehouseError } from './errors.ts';
import { procedure, procedures } from './procedures.ts';
import type { HostEvent } from './views.ts';

/** What the window may ask of the desktop app itself, beside what it asks of the host. */
export const desktopProcedures = {
  /** The first invitation that waits for an answer. */
  'desktop.invitation': procedure<{ readonly invitation: InvitationView | null }>()(z.strictObject({})),
  /** The invitation was looked at: set up, or refused. Nothing is set up by this; the window's own form does that. */
  'desktop.answered': procedure<{ readonly left: number }>()(z.strictObject({ id: z.string().max(60) })),
  'desktop.atLogin': procedure<{ readonly atLogin: boolean }>()(z.strictObject({})),
  'desktop.setAtLogin': procedure<{ readonly atLogin: boolean }>()(z.strictObject({ atLogin: z.boolean() })),
  'desktop.updates': procedure<UpdateState>()(z.strictObject({})),
  /** `install` ends the host and starts the new version; `later` says "not now" to the version that is offered. */
  'desktop.update': procedure<UpdateState>()(
    z.strictObject({ deed: z.enum(['check', 'download', 'install', 'later']) }),
  ),
  'desktop.command': procedure<CommandState>()(z.strictObject({})),
  'desktop.setCommand': procedure<CommandState>()(z.strictObject({ installed: z.boolean() })),
} as const;

/** Every channel of the desktop app's window, each with the schema of what may come through it. */
export const windowProcedures = { ...procedures, ...desktopProcedures } as const;
export type WindowProcedures = typeof windowProcedures;
export type WindowProcedureName = keyof WindowProcedures;
export type WindowInputOf<N extends WindowProcedureName> = z.input<WindowProcedures[N]['input']>;
export type WindowOutputOf<N extends WindowProcedureName> = NonNullable<WindowProcedures[N]['output']>;

/** A failure is a value here: an exception loses its code on the way between two processes. */
export type Answer<T> = { readonly result: T } | { readonly error: ReturnType<GatehouseError['toJSON']> };

/** What the app tells its window beside what the host tells. */
export type DesktopEvent =
  | HostEvent
  /** Go to this place of the window, an address after `#`. */
  | { readonly type: 'go'; readonly place: string }
  /** Something was opened that wants an answer. */
  | { readonly type: 'invitation' }
  /** How it stands with updates has changed. */
  | { readonly type: 'updates' }
  /** The host that the app had joined is gone, or another one is there. */
  | { readonly type: 'line'; readonly line: 'up' | 'lost' };

/** All that the preload script gives the window, as `gatehouse`. */
export interface WindowDoor {
  readonly call: {
    readonly [N in WindowProcedureName]: (input: WindowInputOf<N>) => Promise<Answer<WindowOutputOf<N>>>;
  };
  readonly listen: (hear: (event: DesktopEvent) => void) => void;
}

/**
 * Connections that somebody passes on, in a file (`.gatehouse`) or a link: never a credential, and never a program to run,
 * so never a custom server. Nothing happens before the person has seen it and agreed.
 */
export const invitationSchema = z.strictObject({
  gatehouse: z.literal(1),
  connections: z
    .array(
      z.strictObject({
        backend: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
        name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,59}$/i),
        settings: z
          .record(
            z.string().regex(/^[a-z][a-zA-Z0-9_]{0,59}$/),
            z.union([z.string().max(2_000), z.number(), z.boolean(), z.array(z.string().max(500)).max(50)]),
          )
          .default({}),
        readOnly: z.boolean().default(false),
      }),
    )
    .min(1)
    .max(20),
});
type Invitation = z.output<typeof invitationSchema>;

/** One connection of an invitation, checked against what the backend declares. */
export interface InvitationView {
  readonly id: string;
  /** `gatehouse://…`, or the name of the file without its folder. */
  readonly from: string;
  readonly connection: Invitation['connections'][number];
}

/** Why this installation does not update itself. */
export type NoUpdates =
  | 'development'
  /** deb and rpm: the package manager brings updates. */
  | 'package-manager'
  /** Built without a signature: there is nobody to compare an update's signature with. */
  | 'unsigned'
  /** The folder of the AppImage cannot be written. */
  | 'read-only';

export type UpdateState =
  | { readonly kind: 'unsupported'; readonly why: NoUpdates }
  | { readonly kind: 'idle' }
  | { readonly kind: 'checking' }
  /** `checkedAt`: ISO time. Also when a staged roll-out has not reached this installation. */
  | { readonly kind: 'none'; readonly checkedAt: string }
  /** `postponed`: the person said "not now" to this version. */
  | ({ readonly kind: 'available'; readonly postponed: boolean } & Offered)
  /** `percent`: 0 to 100, whole. */
  | ({ readonly kind: 'downloading'; readonly percent: number } & Offered)
  | ({ readonly kind: 'ready'; readonly postponed: boolean } & Offered)
  | ({ readonly kind: 'installing' } & Offered)
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string; readonly hint: string };

interface Offered {
  readonly version: string;
  /** Release notes as plain text, empty where there are none. */
  readonly notes: string;
}

/** How it stands with the `gatehouse` command for terminals. */
export interface CommandState {
  /** `package`: the installed package has brought it. `taken`: something of somebody else's has the name. */
  readonly state: 'installed' | 'package' | 'absent' | 'taken';
  /** Where the command is or would be. */
  readonly where: string;
  /** A new terminal finds it. If not, `where`'s folder is to be added to PATH by hand. */
  readonly onPath: boolean;
}
