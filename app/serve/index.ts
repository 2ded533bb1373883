export { newKey } from './hello.ts';
export { type HttpDoor, openHttpDoor } from './http.ts';
export { type ClientKeys, createClientKeys, writeKeyFile } from './keys.ts';
export { createMcpEndpoint } from './mcp-endpoint.ts';
export { EVERY_ANSWER, windowFile } from './page.ts';
export { type Context, createHostApi, type Door, type Handlers, type HostApi } from './router.ts';
export { openSocketDoor, type SocketDoor } from './socket.ts';
