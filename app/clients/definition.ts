import type { ConfigFormat } from './formats/format.ts';

/** What is known of one MCP client: data and pure functions, so that the next client is one small file in `known/`. */
export interface ClientDefinition {
  readonly id: string;
  readonly title: string;
  readonly format: ConfigFormat;
  /** `fatal`: the client refuses a file that starts with a byte order mark. */
  readonly bom: 'accepted' | 'fatal';
  /** Where the servers stand in the file: `['mcpServers']`, `['servers']` … */
  readonly keyPath: readonly string[];
  /** Where this client keeps its user-wide servers on this machine. Throws `GH_CLIENT_SEVERAL` when it cannot be told. */
  locate(place: Place): Location;
  /** What speaks for the client being here, strongest first. */
  evidence(place: Place): readonly Evidence[];
  /** One entry, in this client's shape. */
  entry(launch: Launch): Entry;
  readonly expands: readonly Expansion[];
  /** What a person has to do after a change. */
  readonly afterwards: string;
  /** Other things worth knowing: prompts of trust, who else reads the file. */
  readonly notes: readonly string[];
  readonly limits: ClientLimits;
  /** The lock folder that the client's own writers take (the `proper-lockfile` protocol), where it has one. */
  lockFolder?(file: string): string;
  /** A link that asks the person to install the entry. */
  link?(name: string, entry: Entry): string;
  /** A `.mcpb` bundle can be opened with it. */
  readonly bundles?: boolean;
}

export type Entry = Readonly<Record<string, unknown>>;

/** The command a client is told to start. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
}

/** The machine as a definition sees it, so that Windows and macOS rules are tested on any machine. */
export interface Place {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Joins with the separators of `platform`. */
  join(...parts: readonly string[]): string;
  exists(path: string): boolean;
  /** Names in a folder; empty when there is none. */
  names(folder: string): readonly string[];
  /** The full path of a program in `PATH`, if it is there. */
  program(name: string): string | undefined;
}

export interface Location {
  readonly file: string;
  /** Why this file and no other, as a sentence. */
  readonly because: string;
  /** Other places of the same client that hold servers of their own: profiles, the place the documentation names. */
  readonly others?: readonly string[];
}

export interface Evidence {
  /** `program`: the client itself. `settings`: only files of it, which people also copy between computers. */
  readonly kind: 'program' | 'settings';
  readonly says: string;
}

/** A piece of text that a client replaces in values (clients.md §5.1). */
export interface Expansion {
  readonly pattern: RegExp;
  readonly says: string;
  /** `sure`: such a value is refused, since it would be mangled. `unsure`: it is only warned of. */
  readonly certainty: 'sure' | 'unsure';
}

/** Numbers for the host's warnings (clients.md §5.4). */
export interface ClientLimits {
  /** Longest full name of a tool, in characters; `null` where none is known. */
  readonly fullName: number | null;
  /** What the client puts around server and tool: the full name is `before + server + between + tool`. */
  readonly nameParts: { readonly before: string; readonly between: string };
  readonly whenTooLong: 'left out' | 'cut' | 'sent as it is' | 'unknown';
  /** Most tools over all servers together; `null` where none is known. */
  readonly tools: number | null;
  /** How long `initialize` may take, in ms. */
  readonly startMs: number | null;
}
