export {
  type Answer,
  type CommandState,
  type DesktopEvent,
  type InvitationView,
  invitationSchema,
  type NoUpdates,
  type UpdateState,
  type WindowDoor,
  type WindowInputOf,
  type WindowOutputOf,
  type WindowProcedureName,
  windowProcedures,
} from './desktop.ts';
export { ERRORS, type ErrorCode, GatehouseError } from './errors.ts';
export {
  type CallHost,
  type InputOf,
  type OutputOf,
  type ParsedOf,
  type ProcedureName,
  procedures,
} from './procedures.ts';
export type * from './views.ts';
