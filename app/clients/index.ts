export { createClients } from './create-clients.ts';
export type { ClientLimits, Launch } from './definition.ts';
export {
  type ClientLedger,
  type LedgerChange,
  type LedgerEntry,
  type LedgerFile,
  type LedgerUndo,
  memoryLedger,
  type UndoChange,
} from './ledger.ts';
export type {
  Bundle,
  ClientChange,
  ClientProblem,
  ClientState,
  Clients,
  ClientsDeps,
  EntryChange,
  EntryState,
  HealReport,
  UndoneChange,
  WriteOptions,
  WrittenChange,
} from './registry.ts';
export { sqliteLedger } from './sqlite-ledger.ts';
