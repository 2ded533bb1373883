import { contentTypeOf, type SandboxRequest } from '../../kit/sandbox.ts';
import { Denied, deny, failed } from './answers.ts';
import { isRow, type Row } from './world.ts';

const RAW = /[[\]{}"<>\\^|`]/;
const ACCEPTED = /application\/(vnd\.manageengine\.sdp\.v3|v3)\+json/;

/** §2.1, §8: what the vendor's container and its API look at before they look at the request. */
export function admit(request: SandboxRequest): void {
  if (RAW.test(request.target)) deny.page(400);
  if (!ACCEPTED.test(String(request.headers.accept ?? ''))) deny.page(400);
}

/** `input_data` from the form or the query. */
export function inputOf(request: SandboxRequest): Row {
  const type = contentTypeOf(request);
  if (type === 'application/json')
    throw new Denied(failed(400, [{ status_code: 4001, message: 'Invalid Content-Type' }]));
  const form = type === 'application/x-www-form-urlencoded' ? new URLSearchParams(request.body.toString('utf8')) : null;
  const inBody = form?.get('input_data');
  const text = inBody ?? request.query.get('input_data');
  if (text === null || text === undefined || text === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    deny.saying(4001, 'Unable to parse the given data for input_data');
  }
  if (!isRow(value)) return deny.saying(4001, 'Unable to parse the given data for input_data');
  // §2.1: a worklog in the query loses the object of its owner.
  const { worklog } = value;
  if (inBody === undefined || inBody === null)
    if (isRow(worklog) && request.method !== 'GET') {
      const { owner: _lost, ...rest } = worklog;
      return { ...value, worklog: rest };
    }
  return value;
}

/** The object inside the wrapper; nothing may stand beside it. */
export function unwrap(input: Row, ...wrappers: readonly string[]): Row {
  const [name, ...others] = Object.keys(input);
  if (name === undefined) return {};
  if (others.length > 0 || !wrappers.includes(name)) return deny.saying(4001, 'Extra key found in JSON');
  const inner = input[name];
  return isRow(inner) ? inner : deny.type(name);
}
