import { GatehouseError } from '../contract/index.ts';
import type { Parts } from '../parts.ts';
import type { Handlers } from '../serve/index.ts';

type Part = Pick<
  Handlers,
  | 'clients.list'
  | 'clients.preview'
  | 'clients.register'
  | 'clients.unregister'
  | 'clients.undo'
  | 'clients.heal'
  | 'clients.revoke'
  | 'clients.link'
  | 'clients.bundle'
>;

export function clientHandlers(parts: Parts): Part {
  const later = (): never => {
    throw new GatehouseError('GH_NOT_FOUND', 'not yet');
  };
  return {
    'clients.list': later,
    'clients.preview': later,
    'clients.register': later,
    'clients.unregister': later,
    'clients.undo': later,
    'clients.heal': later,
    'clients.link': later,
    'clients.bundle': later,
    'clients.revoke'({ client }, context) {
      parts.keys.revoke(client);
      parts.audit.append({ kind: 'client-revoked', client, door: context.door }, 'durable');
      for (const session of parts.gateway.sessions()) if (session.client === client) parts.gateway.close(session);
      return { revoked: client };
    },
  };
}
