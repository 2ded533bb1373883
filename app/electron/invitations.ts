import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { type BackendView, GatehouseError, type InvitationView, invitationSchema } from '../contract/index.ts';

const LARGEST = 64 * 1024;
const WAITING = 20;

/** Connections that a link or a file proposes, until the person has looked at them. */
export interface Invitations {
  /** Reads a `gatehouse://` link or a `.gatehouse` file. Throws `GH_INVITATION_REFUSED`; nothing is set up by it. */
  take(given: string, backends: readonly BackendView[]): void;
  first(): InvitationView | null;
  /** How many are left. */
  answered(id: string): number;
}

export function createInvitations(): Invitations {
  let waiting: readonly InvitationView[] = [];
  return {
    take(given, backends) {
      const link = /^gatehouse:/i.test(given);
      const { connections } = parsed(link ? fromLink(given) : fromFile(given));
      const views = connections.map(connection => {
        checkOffer(connection, backends);
        return { id: randomUUID(), from: link ? 'gatehouse://…' : basename(given), connection };
      });
      const same = (one: InvitationView) => JSON.stringify(one.connection);
      const known = new Set(waiting.map(same));
      waiting = [...waiting, ...views.filter(view => !known.has(same(view)))].slice(0, WAITING);
    },
    first: () => waiting[0] ?? null,
    answered(id) {
      waiting = waiting.filter(one => one.id !== id);
      return waiting.length;
    },
  };
}

/** `gatehouse://connect?backend=dpod&name=acme&set.platformUrl=https://…&readOnly=true` */
function fromLink(link: string): unknown {
  if (!URL.canParse(link)) throw refused('The link cannot be read.');
  const { host, pathname, searchParams, hash, username } = new URL(link);
  if (host !== 'connect' || !['', '/'].includes(pathname) || hash !== '' || username !== '')
    throw refused('Links of Gatehouse begin with gatehouse://connect?.');
  const [settings, rest]: [Record<string, string>, Record<string, unknown>] = [{}, {}];
  for (const [name, value] of searchParams) {
    if (Object.hasOwn(rest, name) || Object.hasOwn(settings, name)) throw refused(`"${name}" stands twice in it.`);
    if (name.startsWith('set.')) settings[name.slice(4)] = value;
    else rest[name] = name === 'readOnly' ? value === 'true' : value;
  }
  return { gatehouse: 1, connections: [{ ...rest, settings }] };
}

function fromFile(file: string): unknown {
  try {
    const { size } = statSync(file);
    if (size > LARGEST) throw refused(`${basename(file)} is larger than such a file ever is.`);
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    throw error instanceof GatehouseError ? error : refused(`${basename(file)} cannot be read.`, error);
  }
}

function parsed(given: unknown) {
  const { success, data, error } = invitationSchema.safeParse(given);
  if (success) return data;
  const [issue] = error.issues;
  throw refused(`${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'not allowed'}.`, error);
}

/** Only what the backend declares as a setting may stand in it: no credential, no program to run. */
function checkOffer({ backend, settings }: InvitationView['connection'], backends: readonly BackendView[]): void {
  const known = backends.find(one => one.backend === backend);
  if (known === undefined) throw refused(`There is no backend "${backend}" here.`);
  if (backend === 'custom') throw refused('It names a program to run; set such a server up by hand.');
  const names = new Set(known.settings.filter(({ kind }) => kind !== 'secret').map(({ name }) => name));
  for (const name of Object.keys(settings)) {
    if (known.credentials.some(field => field.name === name))
      throw refused(`It holds a credential ("${name}"), which is never passed on this way.`);
    if (!names.has(name)) throw refused(`"${name}" is not a setting of ${known.title}.`);
  }
}

function refused(message: string, cause?: unknown): GatehouseError {
  return new GatehouseError('GH_INVITATION_REFUSED', message, { cause });
}
