/**
 * The server as the host or the command line runs it, for tests of what it does again and again: a second of its pauses takes 40 ms.
 * `quick.fixture.ts devops --control-fd 3`, or options of a server on its own as JSON.
 */
import { runAttached } from '../kit/attached.ts';
import { runStandalone } from '../kit/standalone.ts';
import { devops } from './index.ts';

const quick: typeof devops = { ...devops, open: deps => ({ ...devops.open(deps), secondMs: 40 }) };
const [given = '{}', , descriptor] = process.argv.slice(2);
if (descriptor !== undefined) runAttached(quick, Number(descriptor));
else await runStandalone(quick, process.env, { stateFolder: '.', ...JSON.parse(given) });
