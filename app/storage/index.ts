export { type Migration, openDatabase, transaction } from './database.ts';
export { type HostLock, takeHostLock } from './host-lock.ts';
export { isoClock } from './iso-clock.ts';
export { createFolders, homeFolder, type Paths, pathsOf, privateFolder } from './paths.ts';
export { openState } from './state.ts';
