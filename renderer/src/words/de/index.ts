import type { Words } from '../index.ts';
import { approvals } from './approvals.ts';
import { assistants } from './assistants.ts';
import { common } from './common.ts';
import { connections } from './connections.ts';
import { history } from './history.ts';
import { shell } from './shell.ts';

/** One object for each screen, each in its own file. */
export const de: Words = { approvals, assistants, common, connections, history, shell };
