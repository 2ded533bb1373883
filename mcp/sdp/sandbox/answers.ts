import { jsonAnswer, type SandboxAnswer } from '../../kit/sandbox.ts';
import type { Row } from './world.ts';

/** §2.4 and §7: an object for one record, a list of one object for lists. */
const SUCCESS = { status_code: 2000, status: 'success' };

export function one(members: Row): SandboxAnswer {
  return jsonAnswer(200, { ...members, response_status: SUCCESS });
}

export function many(members: Row): SandboxAnswer {
  return jsonAnswer(200, { response_status: [SUCCESS], ...members });
}

/** §7.4: what an action says; there is no record in it. */
export function done(message: string): SandboxAnswer {
  const messages = [{ status_code: 2000, type: 'success', message }];
  return jsonAnswer(200, { response_status: { status_code: 2000, messages, status: 'success' } });
}

export function warned(...fields: readonly string[]): SandboxAnswer {
  const messages = [{ type: 'warning', fields }];
  return jsonAnswer(200, { response_status: { status_code: 3000, messages, status: 'success' } });
}

/** §7.5: the outer code is always 4000. */
export function failed(status: number, messages: readonly Row[], headers: Readonly<Record<string, string>> = {}) {
  const told = messages.map(message => ({ type: 'failed', ...message }));
  return jsonAnswer(status, { response_status: { status_code: 4000, messages: told, status: 'failed' } }, headers);
}

export function html(status: number): SandboxAnswer {
  return {
    status,
    headers: { 'content-type': 'text/html;charset=utf-8' },
    body: `<!doctype html><html><head><title>HTTP Status ${status}</title></head><body><h1>HTTP Status ${status}</h1></body></html>`,
  };
}

/** Ends a request with an answer. */
export class Denied extends Error {
  readonly answer: SandboxAnswer;
  constructor(answer: SandboxAnswer) {
    super(`denied with ${answer.status}`);
    this.answer = answer;
  }
}

export const deny = {
  value: (field: string, message = 'Invalid Input'): never => {
    throw new Denied(failed(400, [{ status_code: 4001, field, message }]));
  },
  saying: (code: number, message: string, status = 400): never => {
    throw new Denied(failed(status, [{ status_code: code, message }]));
  },
  type: (field: string): never => {
    throw new Denied(failed(400, [{ status_code: 4021, field }]));
  },
  missing: (...fields: readonly string[]): never => {
    throw new Denied(failed(400, [{ status_code: 4012, fields }]));
  },
  rights: (message = 'You are not permitted', field?: string): never => {
    throw new Denied(failed(403, [{ status_code: 4002, ...(field === undefined ? {} : { field }), message }]));
  },
  unknown: (): never => {
    throw new Denied(failed(404, [{ status_code: 4007, message: 'Invalid URL' }]));
  },
  page: (status: number): never => {
    throw new Denied(html(status));
  },
};
