import * as z from 'zod';
import { Fault, poll } from '../../kit/index.ts';
import type { DevopsCall, Item, Way } from '../reply.ts';
import type { Driver, Executed, RollbackOrder, Status, Target } from './driver.ts';
import { ask, settingsOf } from './github-api.ts';
import { jobsOf, whereItFailed, whereItIs } from './github-jobs.ts';

/**
 * Deployments through GitHub Actions, for teams without the platform; the original has nothing of the kind. A workflow is
 * dispatched with a correlation input, and its run is found by it: GitHub's answer names no run unless asked in a way that
 * older servers do not know (docs.github.com, "Create a workflow dispatch event").
 */
export const githubDriver: Driver = {
  way: () => WAY,
  async deploy(call, { service_name, version, environment }, key) {
    const { ref } = settingsOf(call);
    return await dispatch(call, ref, { service_name, version, environment }, key, `Deploying ${service_name}`);
  },
  target: async (call, order) => (await planOf(call, order)).target,
  async rollback(call, order, key) {
    const { to, service } = await planOf(call, order);
    const inputs = { service_name: service, version: to.version, environment: order.environment, reason: order.reason };
    return asRollback(await dispatch(call, to.branch, inputs, key, 'Rolling back'), to.version);
  },
  async find(call, verb, key) {
    const runs = await runsOf(call).catch(passing);
    const run = runs?.find(one => one.key === key);
    if (run === undefined) return undefined;
    const found = { ...executedOf(run, runs ?? []), way: { ...WAY, degraded: true } };
    return verb === 'rollback' ? asRollback(found, run.version) : found;
  },
};

const WAY: Way = { provider: 'github', route: 'direct', warnings: [] };
/** Runs of the list: enough to find the deployment before the last one of a service. */
const RUNS = 100;
/** §7.3, for the one request that writes. In ms. */
const DISPATCH_MS = 20_000;
/** How long a run may take to appear in the list, and what is left of a call for answering. In ms. */
const APPEARS_MS = 20_000;
const REST_MS = 4_000;
/** Progress must rise: looks at the run count from here. */
const FOLLOWING = 100;

/** The title that the workflow must give its runs: `run-name` in docs/devops.md. */
const TITLE = /^deploy (\S+) (\S+) to (\S+) \[([\w-]+)\]$/;

const runSchema = z.object({
  id: z.number(),
  display_title: z.string(),
  status: z.string().nullable(),
  conclusion: z.string().nullable(),
  head_branch: z.string().nullable(),
  html_url: z.string(),
  created_at: z.string(),
  actor: z.object({ login: z.string() }).nullish(),
});

interface Run extends z.output<typeof runSchema> {
  readonly service: string;
  readonly version: string;
  readonly environment: string;
  readonly key: string;
  readonly branch: string;
}

function runFrom(value: unknown): Run | undefined {
  const run = runSchema.safeParse(value).data;
  const [, service, version, environment, key] = TITLE.exec(run?.display_title ?? '') ?? [];
  if (run === undefined || !service || !version || !environment || !key) return undefined;
  return { ...run, service, version, environment, key, branch: run.head_branch ?? '' };
}

/** The runs of the workflow whose titles can be read, newest first. */
async function runsOf(call: DevopsCall): Promise<readonly Run[]> {
  const path = `/actions/workflows/${settingsOf(call).workflow}/runs`;
  const query = { event: 'workflow_dispatch', per_page: RUNS };
  const answer = await ask(call, { path, query, purpose: 'Reading the runs of the workflow' });
  const { workflow_runs: runs } = z.object({ workflow_runs: z.array(z.unknown()) }).parse(answer.json());
  return runs.map(runFrom).filter(run => run !== undefined);
}

/** Dispatches once, finds the run, and follows it as long as the call may. */
async function dispatch(call: DevopsCall, ref: string, inputs: Item, key: string, purpose: string): Promise<Executed> {
  const path = `/actions/workflows/${settingsOf(call).workflow}/dispatches`;
  const json = { ref, inputs: { ...inputs, correlation_id: key } };
  await ask(call, { method: 'POST', path, json, tries: 1, timeoutMs: DISPATCH_MS, purpose });
  const runs = await appeared(call, key).catch(passing);
  const run = runs?.find(one => one.key === key);
  if (run === undefined)
    throw new Fault(
      'GH_OUTCOME_UNKNOWN',
      `${purpose}: GitHub took it, and no run with its correlation id has been seen.`,
    );
  const last = (await followed(call, run).catch(passing)) ?? run;
  const executed = executedOf(last, runs ?? []);
  if (executed.status !== 'FAILED') return executed;
  return { ...executed, message: executed.message + whereItFailed(await jobsOf(call, last.id)) };
}

/** After the dispatch a read that fails says nothing about what was done. */
function passing(error: unknown): undefined {
  if (!(error instanceof Fault)) throw error;
  return undefined;
}

function looking({ state, signal, now }: DevopsCall) {
  return { signal, now, firstMs: state.secondMs, maxMs: 4 * state.secondMs };
}

async function appeared(call: DevopsCall, key: string): Promise<readonly Run[]> {
  const { state } = await poll({
    ...looking(call),
    deadline: Math.min(call.now() + APPEARS_MS, call.deadline - REST_MS),
    look: () => runsOf(call),
    done: runs => runs.some(run => run.key === key),
    tell: (_runs, looks) => call.progress(looks, undefined, 'Looking for the run'),
  });
  return state;
}

async function followed(call: DevopsCall, run: Run): Promise<Run> {
  const request = { path: `/actions/runs/${run.id}`, purpose: 'Following the run' };
  const { state } = await poll({
    ...looking(call),
    deadline: call.deadline - REST_MS,
    look: async () => {
      const now = runFrom((await ask(call, request)).json()) ?? run;
      return { run: now, jobs: now.status === 'completed' ? [] : await jobsOf(call, run.id) };
    },
    done: ({ run: { status } }) => status === 'completed',
    tell: ({ run: { status }, jobs }, looks) =>
      call.progress(FOLLOWING + looks, undefined, `The run is ${status}${whereItIs(jobs)}`),
  });
  return state.run;
}

/** The run that brings an older version back is the rollback. */
function asRollback(done: Executed, version: string): Executed {
  const { deployment_id: rollback_id, deployed_by: rolled_back_by, timestamp } = done.record;
  return { ...done, record: { rollback_id, rolled_back_by, timestamp, previous_version: version } };
}

function executedOf(run: Run, all: readonly Run[]): Executed {
  const status: Status =
    run.status !== 'completed' ? 'IN_PROGRESS' : run.conclusion === 'success' ? 'SUCCESS' : 'FAILED';
  const record = {
    deployment_id: String(run.id),
    timestamp: run.created_at,
    deployed_by: run.actor?.login ?? null,
    previous_version: successBefore(run, all)?.version ?? null,
  };
  const ended = run.conclusion === null ? run.status : run.conclusion;
  return { status, record, message: `${run.display_title}: ${ended}. ${run.html_url}`, way: WAY };
}

/** The last run before this one that brought the same service to the same environment. */
function successBefore(run: Run, all: readonly Run[]): Run | undefined {
  return all.find(
    one =>
      one.id < run.id &&
      one.service === run.service &&
      one.environment === run.environment &&
      one.conclusion === 'success',
  );
}

interface Plan {
  readonly service: string;
  readonly to: Run;
  readonly target: Target;
}

/** The run to undo, and the last successful one before it, whose branch and version are dispatched again. */
async function planOf(call: DevopsCall, { deployment_id: id, environment }: RollbackOrder): Promise<Plan> {
  const runs = await runsOf(call);
  const run = runs.find(one => String(one.id) === id);
  const wrong = (code: 'GH_NOT_FOUND' | 'GH_VENDOR_REFUSED', reason: string, message: string): Fault =>
    new Fault(code, message, { fields: { reason } });
  if (run === undefined)
    throw wrong(
      'GH_NOT_FOUND',
      'not_found',
      `Among the last ${RUNS} runs of the workflow there is no deployment ${id}.`,
    );
  if (run.environment !== environment)
    throw wrong(
      'GH_VENDOR_REFUSED',
      'conflict',
      `The deployment ${id} is in ${run.environment}, not in ${environment}.`,
    );
  if (run.status !== 'completed')
    throw wrong('GH_VENDOR_REFUSED', 'conflict', `The deployment ${id} is still running.`);
  const to = successBefore(run, runs);
  if (to === undefined)
    throw wrong(
      'GH_VENDOR_REFUSED',
      'conflict',
      `Before ${run.version} there is no successful deployment of ${run.service} to go back to.`,
    );
  return { service: run.service, to, target: { service: run.service, from: run.version, to: to.version } };
}
