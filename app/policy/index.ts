export { type Answer, type Approval, type Approvals, createApprovals } from './approvals.ts';
export { type CodeBook, createCodeBook } from './codes.ts';
export {
  type Decision,
  decide,
  type Policy,
  type PolicyAction,
  type Rights,
  type Rule,
  standing,
  type Verdict,
  widens,
} from './decide.ts';
export { createGrants, type Grants } from './grants.ts';
export { MASK, redactArguments, redactText } from './redact.ts';
