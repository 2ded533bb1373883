import * as z from 'zod';
import { type Sandbox, type SandboxOptions, startSandbox } from './index.ts';

/** The tests' day: a Wednesday in the middle of a month. */
export const NOW = new Date('2026-06-17T12:00:00Z');

const fieldsSchema = z.record(z.string(), z.unknown());
const itemsSchema = z.array(fieldsSchema);

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly text: string;
  /** The body parsed; throws when it is no JSON. */
  readonly json: unknown;
  /** The body's fields, when it is an object. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The entries of the page or list. */
  readonly items: readonly Readonly<Record<string, unknown>>[];
}

/** A caller of a sandbox that shares nothing with the product's client: plain fetch. */
export type TestClient = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Reply>;

/** Starts a sandbox at `NOW`, standing still unless the clock is given. */
export function startTestSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  return startSandbox({ clock: () => NOW, ...options });
}

export async function send(url: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const bytes = Buffer.from(await response.arrayBuffer());
  const text = bytes.toString('utf8');
  const reply: Reply = {
    status: response.status,
    headers: response.headers,
    bytes,
    text,
    get json() {
      return JSON.parse(text);
    },
    get fields() {
      return fieldsSchema.parse(reply.json);
    },
    get items() {
      return itemsSchema.parse(Array.isArray(reply.json) ? reply.json : reply.fields.content);
    },
  };
  return reply;
}

export function requestToken(sandbox: Sandbox, form: Readonly<Record<string, string>>): Promise<Reply> {
  return send(`${sandbox.url}/oauth/v1/token`, { method: 'POST', body: new URLSearchParams(form) });
}

/** The form that signs in with the credential of this label. */
export function credentialForm(sandbox: Sandbox, label: string): Record<string, string> {
  const credential = sandbox.credentials.find(candidate => candidate.label === label);
  if (!credential) throw new Error(`No credential '${label}'`);
  const { clientId = '', clientSecret = '' } = credential.secrets;
  return { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
}

/** Signs in and calls with the token; a body is sent as JSON unless it is bytes. */
export async function signIn(sandbox: Sandbox, label: string): Promise<TestClient> {
  const token = await requestToken(sandbox, credentialForm(sandbox, label));
  return clientWith(sandbox, String(token.fields.access_token));
}

function clientWith(sandbox: Sandbox, token: string): TestClient {
  return (method, path, body, headers = {}) =>
    send(`${sandbox.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined || body instanceof Uint8Array ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body) }),
    });
}
