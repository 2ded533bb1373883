/** The names of the lines between the window and the app: one for each procedure, one to begin to listen, one for what is told. */
export const channelOf = (procedure: string): string => `gatehouse:call:${procedure}`;
export const LISTEN = 'gatehouse:listen';
export const EVENT = 'gatehouse:event';
