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
