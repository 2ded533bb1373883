import type { approvals as en } from '../en/approvals.ts';

export const approvals: typeof en = {
  title: 'Freigaben',
};
