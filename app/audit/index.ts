export { type Audit, openAudit } from './audit.ts';
export type {
  AuditQuery,
  Entry,
  EntryKind,
  Facet,
  NewEntry,
} from './entry.ts';
export type { ExportFormat } from './export.ts';
export { journalFiles } from './journal.ts';
export type { Verdict } from './verify.ts';
