import type { RestAnswer, ToolAnswer } from '../../kit/index.ts';
import { type Item, isItem } from '../reply.ts';

/** §4.4: the status that belongs to a failure; what is not named here is 500. */
const BY_CODE: Readonly<Record<string, number>> = {
  GH_INVALID_INPUT: 400,
  GH_SIGN_IN: 401,
  GH_READ_ONLY: 403,
  GH_SCOPE_MISSING: 403,
  GH_VENDOR_SCOPE: 403,
  GH_NOT_FOUND: 404,
  GH_TOO_LARGE: 400,
  GH_VENDOR_RATE: 429,
  GH_VENDOR_REFUSED: 502,
  GH_VENDOR_ANSWER: 502,
  GH_VENDOR_BUSY: 409,
  GH_VENDOR_DOWN: 503,
  GH_OUTCOME_UNKNOWN: 504,
};
const BY_REASON: Readonly<Record<string, number>> = {
  invalid_arguments: 400,
  policy_denied: 403,
  conflict: 409,
  not_configured: 503,
  // A known result: it was carried out, and failed.
  failed: 200,
};

export function refusal(status: number, detail: string, headers: Readonly<Record<string, string>> = {}): RestAnswer {
  return { status, body: { detail }, headers };
}

/** What the account answered, in the original's layout. A resource is shown without the envelope of a tool. */
export function answerOf({ structured, isError }: ToolAnswer, kind: 'tool' | 'resource'): RestAnswer {
  if (isError) return failureOf(structured);
  const { result } = structured;
  if (kind === 'tool' || !isItem(result)) return { status: statusOf(result), body: structured };
  const { tool: _tool, result: _result, success, ...rest } = structured;
  const { filters, message = null, ...shown } = result;
  const timestamp = new Date().toISOString();
  return {
    status: 200,
    body: { success, message, timestamp, ...shown, filters, loading: false, pagination: null, ...rest },
  };
}

function failureOf(structured: Item): RestAnswer {
  const { code, error, reason, result } = structured;
  const status = BY_REASON[String(reason)] ?? BY_CODE[String(code)] ?? 500;
  const wait = structured.retry_after_s;
  const headers = {
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(status === 429 && typeof wait === 'number' ? { 'retry-after': String(wait) } : {}),
  };
  return { status, body: result === undefined ? { detail: error, ...structured } : structured, headers };
}

/** 202: still running. 504: nobody knows what became of it. */
function statusOf(result: unknown): number {
  const status = isItem(result)
    ? [result, result.deployment, result.rollback].map(one => (isItem(one) ? one.status : undefined)).find(Boolean)
    : undefined;
  return status === 'IN_PROGRESS' ? 202 : status === 'UNKNOWN' ? 504 : 200;
}
