import type { Words } from '../index.ts';
import { approvals } from './approvals.ts';
import { assistants } from './assistants.ts';
import { common } from './common.ts';
import { connections } from './connections.ts';
import { doctor } from './doctor.ts';
import { history } from './history.ts';
import { home } from './home.ts';
import { palette } from './palette.ts';
import { settings } from './settings.ts';
import { shell } from './shell.ts';
import { start } from './start.ts';

/** One object for each screen, each in its own file. */
export const de: Words = {
  approvals,
  assistants,
  common,
  connections,
  doctor,
  history,
  home,
  palette,
  settings,
  shell,
  start,
};
