import * as z from 'zod';
import { Fault, type Outcome } from '../../kit/index.ts';
import { ask, type Item, itemOf, type SdpCall } from '../api.ts';
import { everyRow } from '../lists.ts';
import { REPLY_ROUTE } from '../unsure.ts';
import { a, email } from '../values.ts';
import { addNote, notes, switchesOf } from './notes.ts';
import { change, outcomeOf, pathOf, purposeOf, REQUESTS, read, readOne, recordId, tool } from './shared.ts';

const lost = (error: unknown): boolean => error instanceof Fault && error.code === 'GH_NOT_FOUND';

/** The route is missing on some sites (§9 U8): then notes and mails are put together by time. */
async function conversation(call: SdpCall, path: string): Promise<Outcome> {
  const rows = (part: string) => everyRow(call, { path: `${path}/${part}`, keys: [part], purpose: `Reading ${part}` });
  try {
    return { items: await rows('conversations'), source: 'conversations' };
  } catch (error) {
    if (!lost(error)) throw error;
  }
  const notes = await rows('notes');
  const mails = await rows('notifications').catch(error => {
    if (lost(error)) return [];
    throw error;
  });
  const items = [...notes.map(one => ({ kind: 'note', ...one })), ...mails.map(one => ({ kind: 'mail', ...one }))];
  return { items: items.sort((x, y) => timeIn(x) - timeIn(y)), source: 'notes and mails' };
}

function timeIn(row: Item): number {
  const { added_time, created_time, sent_time } = row;
  return Number(itemOf(added_time ?? created_time ?? sent_time).value ?? 0);
}

/** A mail where the site can; else a visible note, and an honest word about it (§3.2). */
async function reply(input: Item, call: SdpCall): Promise<Outcome> {
  const path = await pathOf(call, REQUESTS, input);
  const request = await readOne(call, path, ['request'], 'Reading the request');
  const { email_id: to } = itemOf(request.requester);
  if (typeof to !== 'string' || to === '')
    throw new Fault('GH_VENDOR_REFUSED', 'The requester has no e-mail address.', {
      hint: 'Add a visible note instead.',
    });
  const cc = Array.isArray(input.cc) ? input.cc.map(email_id => ({ email_id })) : [];
  const notification = {
    type: 'reply',
    to: [{ email_id: to }],
    cc,
    bcc: [],
    subject: `Re: [##${request.display_id}##] ${request.subject}`,
    ...a.html.put(String(input.text) as never, 'description'),
    content_type: 'text/html',
  };
  try {
    const said = await ask(call, {
      method: 'POST',
      path: `${path}/${REPLY_ROUTE}`,
      input: { notification },
      purpose: 'Sending the reply',
    });
    return {
      ...outcomeOf(said, 'notification'),
      delivery: 'handed to ServiceDesk Plus as a reply; some sites keep it as a draft',
    };
  } catch (error) {
    if (!lost(error)) throw error;
  }
  return {
    ...(await addNote(call, REQUESTS, input, switchesOf(input, true))),
    delivery: 'posted as visible note; e-mail not guaranteed',
  };
}

export const requestNotes = tool({
  name: 'request_notes',
  title: 'Notes and mails of requests',
  description: 'What was said about a request, and replies to the requester.',
  actions: {
    ...notes(REQUESTS),
    add_visible_request_note: change({
      description: 'Adds a note that the requester sees; may mail people.',
      scope: 'requests',
      op: 'UPDATE',
      flags: ['contactsPeople'],
      input: {
        request_id: recordId,
        text: a.html.schema,
        notify_technician: z.boolean().default(false),
        mark_first_response: z.boolean().default(false),
        add_to_linked_requests: z.boolean().default(false),
      },
      run: (input, call) => addNote(call, REQUESTS, input, switchesOf(input, true)),
    }),
    get_request_conversation: read({
      description: 'Shows all that was written, by time.',
      scope: 'requests',
      input: { request_id: recordId },
      run: async (input, call) => conversation(call, await pathOf(call, REQUESTS, input)),
    }),
    list_request_notifications: read({
      description: 'Lists mails that were sent.',
      scope: 'requests',
      input: { request_id: recordId },
      run: async (input, call) => ({
        items: await everyRow(call, {
          path: `${await pathOf(call, REQUESTS, input)}/notifications`,
          keys: ['notifications'],
          purpose: purposeOf('Listing mails'),
        }),
      }),
    }),
    reply_to_requester: change({
      description: 'Replies to the requester by mail.',
      scope: 'requests',
      op: 'UPDATE',
      flags: ['contactsPeople'],
      input: {
        request_id: recordId,
        text: a.html.schema,
        cc: z.array(email).max(20).optional(),
        mark_first_response: z.boolean().default(false),
      },
      run: reply,
    }),
  },
});
