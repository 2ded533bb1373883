import * as z from 'zod';
import { Fault, fileToSend, type Outcome, saveStream } from '../../kit/index.ts';
import { ask, type Item, isItem, itemOf, itemsOf, type SdpCall } from '../api.ts';
import { everyRow } from '../lists.ts';
import { DOWNLOADS, UPLOADS } from '../unsure.ts';
import { change, outcomeOf, partId, pathOf, REQUESTS, read, readOne, recordId, tool } from './shared.ts';

const lost = (error: unknown): boolean => error instanceof Fault && error.code === 'GH_NOT_FOUND';

/** From the list, or from the record where a site has no such list. */
async function attachmentsOf(call: SdpCall, path: string): Promise<readonly Item[]> {
  const listing = { path: `${path}/attachments`, keys: ['attachments'], purpose: 'Listing attachments' };
  try {
    return (await everyRow(call, listing)).map(withSize);
  } catch (error) {
    if (!lost(error)) throw error;
  }
  const request = await readOne(call, path, ['request'], 'Reading the request');
  return itemsOf(request.attachments).map(withSize);
}

/** §7.7: some builds write the size as an object. */
function withSize(attachment: Item): Item {
  const { size } = attachment;
  return { ...attachment, size: Number(isItem(size) ? size.value : size) };
}

async function download(input: Item, call: SdpCall): Promise<Outcome> {
  const path = await pathOf(call, REQUESTS, input);
  const found = (await attachmentsOf(call, path)).find(({ id }) => id === input.attachment_id);
  if (found === undefined) throw new Fault('GH_NOT_FOUND', `The request has no attachment ${input.attachment_id}.`);
  const { folder, maxBytes } = call.state.files;
  if (Number(found.size) > maxBytes)
    throw new Fault('GH_TOO_LARGE', `${found.name} has ${found.size} bytes, more than this connection allows.`);
  const body = await streamOf(call, path, found);
  const { file, bytes } = await saveStream(folder, String(found.name), body, maxBytes);
  return { file, bytes, name: found.name, content_type: found.content_type };
}

/** The address that the entry names, on this tenant's own host and nowhere else; else the routes that are known. */
async function streamOf(call: SdpCall, path: string, found: Item): Promise<ReadableStream<Uint8Array>> {
  const { origin, baseUrl } = call.state.place;
  const own = typeof found.content_url === 'string' ? [new URL(found.content_url, origin)] : [];
  const known = DOWNLOADS.map(route => new URL(`${baseUrl}${path}/${route.replace('{id}', String(found.id))}`));
  const addresses = [...own.filter(url => url.origin === origin), ...known];
  for (const [index, url] of addresses.entries()) {
    try {
      const headers = { accept: 'application/vnd.manageengine.sdp.v3+json' };
      const { body } = await call.http.stream({ path: url.href, headers, purpose: 'Downloading the attachment' });
      return body;
    } catch (error) {
      if (!lost(error) || index === addresses.length - 1) throw error;
    }
  }
  throw new Fault('GH_NOT_FOUND', 'The attachment has no address.');
}

async function upload(input: Item, call: SdpCall): Promise<Outcome> {
  const { folder, maxBytes } = call.state.files;
  const file = await fileToSend(folder, String(input.file), maxBytes);
  const path = await pathOf(call, REQUESTS, input);
  for (const [index, way] of UPLOADS.entries()) {
    const multipart = new FormData();
    multipart.append(way.field, file.content, file.name);
    const query = {
      ...way.query,
      ...(input.description === undefined ? {} : { description: String(input.description) }),
    };
    try {
      const said = await ask(call, {
        method: way.method,
        path: `${path}/${way.path}`,
        multipart,
        ...(Object.keys(query).length === 0 ? {} : { query }),
        purpose: 'Sending the file',
      });
      const attachment = itemsOf(said.body.attachment ?? said.body.attachments)[0] ?? itemOf(said.body.attachment);
      return { attachment: { name: file.name, ...withSize({ size: file.bytes, ...attachment }) } };
    } catch (error) {
      if (!lost(error) || index === UPLOADS.length - 1) throw error;
    }
  }
  throw new Fault('GH_NOT_FOUND', 'This site takes no files.');
}

export const requestAttachments = tool({
  name: 'request_attachments',
  title: 'Attachments of requests',
  description:
    'Files of a request. They go through the folder that this connection allows, never through the conversation.',
  actions: {
    list_request_attachments: read({
      description: 'Lists files.',
      scope: 'requests',
      input: { request_id: recordId },
      run: async (input, call) => ({ items: await attachmentsOf(call, await pathOf(call, REQUESTS, input)) }),
    }),
    download_request_attachment: read({
      description: 'Saves a file in the allowed folder.',
      scope: 'requests',
      input: { request_id: recordId, attachment_id: partId },
      run: download,
    }),
    add_request_attachment: change({
      description: 'Sends a file of the allowed folder.',
      scope: 'requests',
      op: 'UPDATE',
      input: {
        request_id: recordId,
        file: z.string().min(1).describe('its name in the allowed folder'),
        description: z.string().max(250).optional(),
      },
      run: upload,
    }),
    delete_request_attachment: change({
      description: 'Deletes a file.',
      scope: 'requests',
      op: 'DELETE',
      input: { request_id: recordId, attachment_id: partId },
      run: async (input, call) => {
        const path = `${await pathOf(call, REQUESTS, input)}/attachments/${input.attachment_id}`;
        return outcomeOf(await ask(call, { method: 'DELETE', path, purpose: 'Deleting the file' }), 'attachment');
      },
    }),
  },
});
