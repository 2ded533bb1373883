export { type Audit, openAudit } from './audit.ts';
export {
  type AuditQuery,
  ENTRY_KINDS,
  type Entry,
  type EntryKind,
  FACETS,
  type Facet,
  type NewEntry,
} from './entry.ts';
export type { ExportFormat } from './export.ts';
export type { Verdict } from './verify.ts';
