import { contentTypeOf, jsonAnswer, type SandboxAnswer, type SandboxRequest } from '../../kit/sandbox.ts';
import type { App, Server, World } from './world.ts';

/** What a request says, wherever it says it: query, form or JSON (§8.1). */
export type Fields = Readonly<Record<string, unknown>>;

/** An answer that is no success, in the vendor's form. */
export class Denied extends Error {
  readonly answer: SandboxAnswer;
  constructor(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(`answered ${status}`);
    this.answer = jsonAnswer(status, body, headers);
  }
}

export function fieldsOf(request: SandboxRequest): Fields {
  return { ...formFields(request.query), ...bodyFields(request), ...request.params };
}

function bodyFields(request: SandboxRequest): Fields {
  const text = request.body.toString('utf8');
  if (!contentTypeOf(request).includes('json')) return formFields(new URLSearchParams(text));
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

/** As PHP reads it: `a[]` makes a list, and of a bare name given twice only the last counts. */
function formFields(form: URLSearchParams): Fields {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of form) {
    if (!name.endsWith('[]')) fields[name] = value;
    else {
      const list = fields[name.slice(0, -2)];
      fields[name.slice(0, -2)] = [...(Array.isArray(list) ? list : []), value];
    }
  }
  return fields;
}

type Check =
  | 'server'
  | 'app'
  | 'integer'
  | 'text'
  | 'email'
  | 'ip'
  | 'bool'
  | 'list'
  | 'ips'
  | 'domains'
  | readonly string[];

/** Fields in the order in which they are checked (§8.3); a name with `?` may be missing. */
export type Rules = Readonly<Record<string, Check>>;

interface Problem {
  readonly code: string;
  readonly message: string;
}

/** Refuses with the vendor's 422: problems by field. */
export function check(rules: Rules, fields: Fields, world: World): void {
  const problems: Record<string, readonly Problem[]> = {};
  for (const [rule, wanted] of Object.entries(rules)) {
    const name = rule.replace('?', '');
    const value = fields[name];
    const words = name.replaceAll('_', ' ');
    if (value === undefined || value === '') {
      if (!rule.endsWith('?')) problems[name] = [{ code: 'required', message: `The ${words} field is required.` }];
      continue;
    }
    const problem = problemOf(value, wanted, words, fields, world);
    if (problem !== undefined) problems[name] = [problem];
  }
  if (Object.keys(problems).length > 0) throw new Denied(422, problems);
}

const IP = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]+)$/i;

function problemOf(value: unknown, wanted: Check, words: string, fields: Fields, world: World): Problem | undefined {
  const say = (code: string, message: string): Problem => ({ code, message });
  if (Array.isArray(wanted))
    return wanted.includes(String(value)) ? undefined : say('in', `The selected ${words} is invalid.`);
  switch (wanted) {
    case 'server':
    case 'app':
    case 'integer': {
      if (!/^\d{1,12}$/.test(String(value))) return say('integer', `The ${words} must be an integer.`);
      const known =
        wanted === 'integer' ||
        (wanted === 'server' ? findServer(world, value) : findApp(world, fields.server_id, value)) !== undefined;
      return known ? undefined : say('exists', `The selected ${words} is invalid.`);
    }
    case 'email':
      return /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(String(value))
        ? undefined
        : say('email', `The ${words} must be a valid email address.`);
    case 'ip':
      return IP.test(String(value)) ? undefined : say('ip', `The ${words} must be a valid IP address.`);
    case 'bool':
      return ['true', 'false', '1', '0'].includes(String(value))
        ? undefined
        : say('boolean', `The ${words} field must be true or false.`);
    case 'list':
    case 'ips':
    case 'domains':
      if (!Array.isArray(value)) return say('array', `The ${words} must be an array.`);
      return wanted === 'ips' && !value.every(ip => IP.test(String(ip)))
        ? say('ip', `The ${words} must be valid IP addresses.`)
        : undefined;
    default:
      return typeof value === 'string' ? undefined : say('string', `The ${words} must be a string.`);
  }
}

export function findServer(world: World, id: unknown): Server | undefined {
  return world.servers.find(server => server.id === String(id));
}

function findApp(world: World, server: unknown, id: unknown): App | undefined {
  return findServer(world, server)?.apps.find(app => app.id === String(id));
}

/** The server that a checked request names. */
export function serverOf(world: World, fields: Fields): Server {
  const server = findServer(world, fields.server_id);
  if (server === undefined) throw new Denied(422, notExisting('server_id', 'server id'));
  return server;
}

/** The application that a checked request names. */
export function appOf(world: World, fields: Fields): App {
  const app = findApp(world, fields.server_id, fields.app_id);
  if (app === undefined) throw new Denied(422, notExisting('app_id', 'app id'));
  return app;
}

function notExisting(name: string, words: string) {
  return { [name]: [{ code: 'exists', message: `The selected ${words} is invalid.` }] };
}

export function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

export function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === '1' || value === 1;
}
