import * as z from 'zod';
import { type Answer, type Call, Fault, type Request } from '../kit/index.ts';
import type { Devops } from './state.ts';

export type DevopsCall = Call<Devops>;
export type Item = Readonly<Record<string, unknown>>;

/** Which way an answer came, for the envelope of §3.3. */
export interface Way {
  readonly provider: 'datadog' | 'platform' | 'descope' | 'github';
  readonly route: 'direct' | 'gateway';
  /** Why the route was changed. */
  readonly fallbackReason?: string;
  /** Something was left out or late. */
  readonly degraded?: boolean;
  readonly warnings: readonly string[];
  readonly requestId?: string | undefined;
}

/** §3.3: what every result of a tool looks like. */
export function envelope(call: DevopsCall, tool: string, success: boolean, result: unknown, way: Way): Item {
  return {
    tool,
    success,
    result,
    source: sourceOf(call),
    provider: way.provider,
    route: way.route,
    ...(way.fallbackReason === undefined ? {} : { fallback_reason: way.fallbackReason }),
    degraded: way.degraded ?? false,
    warnings: way.warnings,
    ...(way.requestId === undefined ? {} : { request_id: way.requestId }),
  };
}

export function sourceOf({ state }: DevopsCall): 'live' | 'demo' {
  return state.demo || state.auth.descope.demo ? 'demo' : 'live';
}

/** Sends as the kit does, and notes answers of a sandbox. */
export async function exchange(call: Pick<DevopsCall, 'http' | 'state'>, request: Request): Promise<Answer> {
  const answer = await call.http.send(request);
  if (answer.headers.has('gatehouse-sandbox')) call.state.demo = true;
  return answer;
}

export function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function itemsOf(value: unknown): readonly Item[] {
  return Array.isArray(value) ? value.filter(isItem) : [];
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** `detail` of the platform's errors (§4.1), or what stands there instead. */
export function detailOf(value: unknown): string {
  const said = z
    .object({ detail: z.unknown(), error: z.unknown(), message: z.unknown() })
    .partial()
    .safeParse(value).data;
  const text = [said?.detail, said?.error, said?.message].find(one => typeof one === 'string');
  return typeof text === 'string' ? text : '';
}

export function jsonOf(answer: Answer): unknown {
  try {
    return answer.json();
  } catch {
    return undefined;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  GH_SIGN_IN: 'auth_required',
  GH_SCOPE_MISSING: 'forbidden',
  GH_VENDOR_SCOPE: 'forbidden',
  GH_NOT_FOUND: 'not_found',
  GH_INVALID_INPUT: 'invalid_arguments',
  GH_VENDOR_RATE: 'rate_limited',
  GH_VENDOR_DOWN: 'upstream_unavailable',
  GH_VENDOR_ANSWER: 'upstream_unavailable',
};

/** The same fault with the members that every failure of a tool has (§7.6); a `reason` that is there stays. */
export function explained(call: DevopsCall, tool: string, error: unknown): unknown {
  if (!(error instanceof Fault)) return error;
  const reason = error.fields.reason ?? REASONS[error.code];
  return new Fault(error.code, error.message, {
    hint: error.hint,
    ...(error.status === undefined ? {} : { status: error.status }),
    ...(error.details === undefined ? {} : { details: error.details }),
    fields: { tool, source: sourceOf(call), ...error.fields, ...(reason === undefined ? {} : { reason }) },
    cause: error,
  });
}
