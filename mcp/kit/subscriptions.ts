import * as z from 'zod';
import type { Account } from './account.ts';

/** What one link, or one HTTP handler, wants to be told of. */
export interface Subscriptions {
  /** Begins a subscription under an id; returns those of the addresses that can be watched. */
  open(id: unknown, addresses: readonly string[]): readonly string[];
  close(id: unknown): void;
  /** A message of the client on its way in: `subscriptions/listen` with the addresses that can be watched, anything else as it is. */
  seen<T extends object>(message: T, id?: unknown): T;
}

/** The members of a message that are about subscriptions; everything else is nobody's business here. */
const messageSchema = z.object({
  id: z.unknown().optional(),
  method: z.string(),
  params: z.looseObject({
    requestId: z.unknown().optional(),
    notifications: z.looseObject({ resourceSubscriptions: z.array(z.string()) }).optional(),
  }),
});

/** `tell` is called once for a change, however many subscriptions are about it: the SDK hands it on to each. */
export function createSubscriptions(account: Pick<Account, 'watch'>, tell: (address: string) => void): Subscriptions {
  const open = new Map<unknown, readonly string[]>();
  const watched = new Map<string, { holders: number; readonly stop: () => void }>();

  const hold = (address: string): boolean => {
    const known = watched.get(address);
    const stop = known?.stop ?? account.watch(address, () => tell(address));
    if (stop === undefined) return false;
    watched.set(address, { holders: (known?.holders ?? 0) + 1, stop });
    return true;
  };
  const release = (address: string): void => {
    const known = watched.get(address);
    if (known === undefined) return;
    known.holders -= 1;
    if (known.holders > 0) return;
    watched.delete(address);
    known.stop();
  };
  const subscriptions: Subscriptions = {
    open(id, addresses) {
      const held = [...new Set(addresses)].filter(hold);
      subscriptions.close(id);
      open.set(id, held);
      return held;
    },
    close(id) {
      for (const address of open.get(id) ?? []) release(address);
      open.delete(id);
    },
    seen(message, id) {
      const { data } = messageSchema.safeParse(message);
      if (data?.method === 'notifications/cancelled') subscriptions.close(data.params.requestId);
      const wanted = data?.params.notifications;
      if (data?.method !== 'subscriptions/listen' || wanted === undefined) return message;
      // The SDK acknowledges what it sees here, and it cannot know what nobody will ever tell.
      const resourceSubscriptions = subscriptions.open(id ?? data.id, wanted.resourceSubscriptions);
      return { ...message, params: { ...data.params, notifications: { ...wanted, resourceSubscriptions } } };
    },
  };
  return subscriptions;
}
