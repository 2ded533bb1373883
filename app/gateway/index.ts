export { createGateway, type Gateway, type GatewayDeps } from './gateway.ts';
export { createLineReader, type LineReader } from './lines.ts';
export type { Session, SessionTransport } from './session.ts';
export { Upstream } from './upstream.ts';
export { chars, concat, fromBytes, parse, print, type WireText } from './wire-text.ts';
