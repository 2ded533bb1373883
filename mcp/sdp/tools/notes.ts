import * as z from 'zod';
import type { Tool } from '../../kit/index.ts';
import { ask, type Item, type Sdp, type SdpCall } from '../api.ts';
import { NOTE_WRAPPERS, PART_SCOPE } from '../unsure.ts';
import { a } from '../values.ts';
import {
  type Action,
  change,
  list,
  type Module,
  memberOf,
  outcomeOf,
  partId,
  pathOf,
  read,
  recordId,
} from './shared.ts';

const text = a.html.schema;
const wrapperOf = (module: Module): string => NOTE_WRAPPERS[module.scope as keyof typeof NOTE_WRAPPERS] ?? 'note';
const WRAPPERS = ['request_note', 'note'];

/** §7.6: who wrote it and when stands under either of two pairs of names. */
function unified(note: Item): Item {
  const { created_by, created_time, added_by = created_by, added_time = created_time, ...rest } = note;
  return { ...rest, added_by, added_time };
}

/** Adds a note; `more` are the vendor's switches. */
export async function addNote(call: SdpCall, module: Module, input: Item, more: Item = {}): Promise<Item> {
  const said = await ask(call, {
    method: 'POST',
    path: `${await pathOf(call, module, input)}/notes`,
    input: { [wrapperOf(module)]: { ...a.html.put(String(input.text) as never, 'description'), ...more } },
    purpose: 'Adding the note',
  });
  return { note: unified(memberOf(said.body, WRAPPERS)) };
}

/** List, read, add, change and delete the notes of a record (V19: they differ by module). */
export function notes(module: Module): Tool<Sdp>['actions'] {
  const { name, scope } = module;
  const parent = { [module.id]: recordId };
  const one = { ...parent, note_id: partId };
  const path = async (call: SdpCall, input: Item): Promise<string> =>
    `${await pathOf(call, module, input)}/notes/${input.note_id}`;
  const add: Action = change({
    description: 'Adds a note that only technicians see.',
    scope,
    op: PART_SCOPE,
    input: { ...parent, text, ...(name === 'request' ? FIRST_RESPONSE : {}) },
    run: (input, call) => addNote(call, module, input, name === 'request' ? switchesOf(input, false) : {}),
  });
  return {
    [`list_${name}_notes`]: list({
      description: 'Lists notes.',
      scope,
      input: parent,
      listing: async (input, call) => ({
        path: `${await pathOf(call, module, input)}/notes`,
        // S13: `notes` on Cloud, whatever the wrapper of one is called.
        keys: ['notes', 'request_notes'],
      }),
    }),
    [`get_${name}_note`]: read({
      description: 'Shows a note.',
      scope,
      input: one,
      run: async (input, call) => {
        const { body } = await ask(call, { path: await path(call, input), purpose: 'Reading the note' });
        return { note: unified(memberOf(body, WRAPPERS)) };
      },
    }),
    [`add_${name}_note`]: add,
    [`update_${name}_note`]: change({
      description: 'Changes the text of a note.',
      scope,
      op: 'UPDATE',
      idempotent: true,
      input: { ...one, text },
      run: async (input, call) => {
        const said = await ask(call, {
          method: 'PUT',
          path: await path(call, input),
          input: { [wrapperOf(module)]: a.html.put(String((input as Item).text) as never, 'description') },
          purpose: 'Changing the note',
        });
        return { note: unified(memberOf(said.body, WRAPPERS)) };
      },
    }),
    [`delete_${name}_note`]: change({
      description: 'Deletes a note.',
      scope,
      op: 'DELETE',
      input: one,
      run: async (input, call) =>
        outcomeOf(
          await ask(call, { method: 'DELETE', path: await path(call, input), purpose: 'Deleting the note' }),
          'note',
        ),
    }),
  };
}

const FIRST_RESPONSE = {
  mark_first_response: z.boolean().default(false),
  add_to_linked_requests: z.boolean().default(false),
};

/** The vendor's switches of a note on a request. */
export function switchesOf(input: Item, visible: boolean): Item {
  const { mark_first_response = false, add_to_linked_requests = false, notify_technician = false } = input;
  return { show_to_requester: visible, notify_technician, mark_first_response, add_to_linked_requests };
}
