import type { Account, CallOptions } from './account.ts';

/** A request to a backend's own routes over HTTP. */
export interface RestRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed; `undefined`: there was none. */
  readonly body: unknown;
}

export interface RestAnswer {
  readonly status: number;
  /** Text goes out as HTML, anything else as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a backend answers over HTTP beside MCP, when it runs on its own. */
export interface RestSurface {
  /** Pages of these origins may call it; none unless named. */
  readonly origins: readonly string[];
  /** The route of a request, and how often one user may use it within a minute. */
  limit(method: string, path: string): { readonly route: string; readonly perMinute: number };
  /** What anybody may see, without a key; `undefined`: nothing of the kind. */
  open(request: RestRequest): RestAnswer | undefined;
  /** Calls go through the account, as those over MCP do. `undefined`: there is no such route. */
  answer(request: RestRequest, account: Account, options: CallOptions): Promise<RestAnswer | undefined>;
}
