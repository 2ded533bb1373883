export { batchedWrite } from './batch.ts';
export { environmentForCustom, environmentForOurs } from './environment.ts';
export { createServer, type Launch, type Server, type ServerState } from './server.ts';
export { createServerLog, type ServerLog } from './server-log.ts';
export type { Grace } from './stop-ladder.ts';
