/** One server under the host: `server.js <backend> --control-fd 3`. Nothing of the account stands in the arguments. */
import { backends } from './index.ts';
import { runAttached } from './kit/attached.ts';

const [name = '', flag, descriptor] = process.argv.slice(2);
const load = backends[name];
if (load === undefined || flag !== '--control-fd') {
  process.stderr.write(`usage: server.js ${Object.keys(backends).join('|')} --control-fd 3\n`);
  process.exit(2);
}
runAttached(await load(), Number(descriptor));
