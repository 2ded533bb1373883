import type { assistants as en } from '../en/assistants.ts';

export const assistants: typeof en = {
  title: 'Assistenten',
};
