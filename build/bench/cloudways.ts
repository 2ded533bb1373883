import { startSandbox } from '../../mcp/cloudways/sandbox/index.ts';
import { type Driver, median, quantile } from './driver.ts';

interface Row {
  readonly figure: string;
  readonly measured: string;
  readonly target: string;
  readonly ok: boolean;
}

const CALLS = 200;
/** The figures of a minute, in a second: the vendor's 100 requests, and the 90 that we allow ourselves. */
const [VENDOR, OURS, WINDOW_S] = [100, 90, 1];
/** How many characters a token has, roughly. */
const PER_TOKEN = 4;

/** A server behind a limiter, and how much of an assistant's context its list takes, grouped and flat. */
export async function measureCloudways(
  add: (backend: string, name: string, more: object) => Promise<unknown>,
  bridge: (connection: string) => Promise<Driver>,
): Promise<readonly Row[]> {
  const sandbox = await startSandbox({ rateLimit: VENDOR, rateWindowSeconds: WINDOW_S });
  try {
    const [credential] = sandbox.credentials;
    const settings = { ...credential?.settings, rateRequests: OURS, rateWindowSeconds: WINDOW_S };
    const rows: Row[] = [];
    for (const presentation of ['grouped', 'flat']) {
      await add('cloudways', presentation, { settings, secrets: credential?.secrets ?? {}, presentation });
      rows.push(await listed(await bridge(`cloudways/${presentation}`), presentation));
    }
    const driver = await bridge('cloudways/grouped');
    const call = { name: 'account', arguments: { action: 'list_projects' } };
    await driver.sequence(1, call);
    await new Promise(resolve => setTimeout(resolve, WINDOW_S * 1_000));
    sandbox.forgetRequests();
    const began = performance.now();
    const answers = await Promise.all(Array.from({ length: CALLS }, () => driver.call('tools/call', call)));
    const seconds = (performance.now() - began) / 1_000;
    await driver.end();
    const wrong = answers.filter(line => !line.includes('"success":true')).length;
    // Two windows must pass before the last calls may start.
    const least = Math.floor((CALLS - 1) / OURS) * WINDOW_S;
    const refused = sandbox.requests.filter(({ status }) => status === 429).length;
    rows.push({
      figure: `${CALLS} calls at once to Cloudways, ${OURS} a second allowed`,
      measured: `${seconds.toFixed(2)} s, at least ${least} s by the budget; ${sandbox.requests.length} requests, ${refused} refused by the vendor, ${wrong} wrong answers`,
      target: '≤ 1.25 × the least, 0 refused, 0 wrong',
      ok: seconds <= least * 1.25 && refused === 0 && wrong === 0,
    });
    return rows;
  } finally {
    await sandbox.close();
  }
}

async function listed(driver: Driver, presentation: string): Promise<Row> {
  const times: number[] = [];
  let size = 0;
  for (let n = 0; n < 100; n++) {
    const at = performance.now();
    size = (await driver.call('tools/list', {})).length;
    times.push(performance.now() - at);
  }
  await driver.end();
  return {
    figure: `\`tools/list\` of Cloudways, ${presentation}, child not running`,
    measured: `p50 ${median(times).toFixed(2)} ms, p99 ${quantile(times, 0.99).toFixed(2)} ms; ${Math.round(size / 1_000)} kB, about ${Math.round(size / PER_TOKEN / 1_000)},000 tokens`,
    target: '≤ 10 ms',
    ok: median(times) <= 10,
  };
}
