export type { Account, CallOptions, ToolAnswer } from './account.ts';
export { typed } from './address.ts';
export type { BreakerRule } from './breaker.ts';
export { type Cache, createCache } from './cache.ts';
export { type Catalog, type CatalogField, type CatalogTool, presentFlat, type SetupStep } from './catalog.ts';
export { steadyClock } from './clock.ts';
export type { PlannedChange } from './control.ts';
export {
  type AccountDeps,
  type AccountInfo,
  type BrowserSignIn,
  type Call,
  definesFor,
  type Manifest,
  type Outcome,
  type Prompt,
  type Resource,
  type Settings,
  type SignedIn,
  type StandaloneDefaults,
  secret,
  type Tool,
  withBrief,
  withContent,
} from './define.ts';
export { Fault } from './fault.ts';
export { fileToSend, saveFile, saveStream } from './files.ts';
export type { Answer, Authorizer, Http, HttpClient, Request } from './http.ts';
export type { Limiter } from './limiter.ts';
export { poll } from './poll.ts';
export { createQueue, type Queue } from './queue.ts';
export { MASK } from './redact.ts';
export type { RestAnswer, RestRequest, RestSurface } from './rest.ts';
export { type Cell, createCell, type SharedStore } from './shared-store.ts';
export type { Elsewhere } from './sign-in-page.ts';
export { createTokenSource, type Token, type TokenSource } from './token.ts';
export { newEntry, type Trail, type TrailEntry } from './trail.ts';
