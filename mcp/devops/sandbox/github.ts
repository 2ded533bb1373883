import { jsonAnswer, Refusal, type Route, type SandboxRequest, type Switches } from '../../kit/sandbox.ts';
import type { DevopsSwitches } from './switches.ts';

export const GITHUB_TOKEN = 'github_pat_of_the_sandbox_0000000001';
export const REPOSITORY = 'acme/shop';
export const WORKFLOW = 'deploy.yml';

export interface Run {
  readonly id: number;
  readonly name: string;
  /** From `run-name` of the workflow. */
  readonly display_title: string;
  readonly event: string;
  status: string;
  conclusion: string | null;
  readonly head_branch: string;
  readonly head_sha: string;
  readonly html_url: string;
  readonly created_at: string;
  updated_at: string;
  readonly actor: { readonly login: string };
  /** Looks at the list before it is seen there, and at the run before it ends. */
  hiddenFor: number;
  runsFor: number;
}

/** The part of GitHub's REST API for the runs of one workflow. */
export function createGithub(now: () => number, switches: Switches<DevopsSwitches>) {
  const runs: Run[] = [];
  const add = (title: string, branch: string, ago: number, facts: Partial<Run> = {}): Run => {
    const at = new Date(now() - ago).toISOString();
    const id = 9_000 + runs.length;
    const run: Run = {
      id,
      name: 'Deploy',
      display_title: title,
      event: 'workflow_dispatch',
      status: 'completed',
      conclusion: 'success',
      head_branch: branch,
      head_sha: id.toString(16).padStart(40, '0'),
      html_url: `https://github.sandbox.test/${REPOSITORY}/actions/runs/${id}`,
      created_at: at,
      updated_at: at,
      actor: { login: 'paula' },
      hiddenFor: 0,
      runsFor: 0,
      ...facts,
    };
    runs.unshift(run);
    return run;
  };
  const hour = 3_600_000;
  add('deploy orders 1.8.0 to staging [0a]', 'release-1.8', 50 * hour);
  add('deploy orders 1.8.1-rc to staging [0b]', 'main', 40 * hour, { conclusion: 'failure' });
  add('deploy orders 1.8.1 to staging [0c]', 'main', 30 * hour);
  add('deploy payments 3.1.0 to production [0d]', 'main', 20 * hour);

  const guarded = (handle: (request: SandboxRequest) => unknown) => (request: SandboxRequest) => {
    if (request.headers.authorization !== `Bearer ${GITHUB_TOKEN}`) throw new Refusal(401, 'Bad credentials');
    if (`${request.params.owner}/${request.params.repo}` !== REPOSITORY) throw new Refusal(404, 'Not Found');
    const body = handle(request);
    return body === undefined ? { status: 204 } : jsonAnswer(200, body);
  };
  const dispatch = ({ body, params }: SandboxRequest): undefined => {
    if (params.workflow !== WORKFLOW) throw new Refusal(404, 'Not Found');
    const { ref, inputs = {} } = JSON.parse(body.toString());
    if (!['main', 'release-1.8'].includes(ref)) throw new Refusal(422, `No ref found for: ${ref}`);
    const known = ['service_name', 'version', 'environment', 'correlation_id', 'reason'];
    const foreign = Object.keys(inputs).filter(name => !known.includes(name));
    if (foreign.length > 0) throw new Refusal(422, `Unexpected inputs provided: ${JSON.stringify(foreign)}`);
    const { service_name, version, environment, correlation_id } = inputs;
    const title = `deploy ${service_name} ${version} to ${environment} [${correlation_id}]`;
    const [outcome = 'SUCCESS', ...outcomes] = switches.current.outcomes;
    switches.set({ outcomes });
    const conclusion = outcome === 'FAILED' ? 'failure' : 'success';
    const runsFor = outcome === 'IN_PROGRESS' ? Number.POSITIVE_INFINITY : 2;
    add(title, ref, 0, { status: 'queued', conclusion, hiddenFor: 1, runsFor });
    return undefined;
  };
  const list = ({ query, params }: SandboxRequest): unknown => {
    if (params.workflow !== WORKFLOW) throw new Refusal(404, 'Not Found');
    const seen = runs.filter(run => run.hiddenFor-- <= 0).slice(0, Number(query.get('per_page') ?? 30));
    return { total_count: seen.length, workflow_runs: seen.map(shown) };
  };
  const one = ({ params }: SandboxRequest): unknown => {
    const run = runs.find(({ id }) => String(id) === params.id);
    if (run === undefined) throw new Refusal(404, 'Not Found');
    if (run.status !== 'completed') run.status = run.runsFor-- > 0 ? 'in_progress' : 'completed';
    return shown(run);
  };
  const jobs = ({ params }: SandboxRequest): unknown => {
    const run = runs.find(({ id }) => String(id) === params.id);
    if (run === undefined) throw new Refusal(404, 'Not Found');
    return { total_count: 1, jobs: [jobOf(run)] };
  };
  const base = '/github/repos/{owner}/{repo}';
  const routes: readonly Route[] = [
    { method: 'GET', path: base, handle: guarded(() => ({ full_name: REPOSITORY, private: true })) },
    { method: 'POST', path: `${base}/actions/workflows/{workflow}/dispatches`, handle: guarded(dispatch) },
    { method: 'GET', path: `${base}/actions/workflows/{workflow}/runs`, handle: guarded(list) },
    { method: 'GET', path: `${base}/actions/runs/{id}`, handle: guarded(one) },
    { method: 'GET', path: `${base}/actions/runs/{id}/jobs`, handle: guarded(jobs) },
  ];
  return { routes, runs };
}

const STEPS = ['Set up job', 'Roll out', 'Health check'];

/** One job, which is at its second step while it runs; what fails does so at the last one. */
function jobOf({ id, status, conclusion }: Run) {
  const isOver = status === 'completed';
  const stepAt = (index: number) => {
    if (isOver) return { status, conclusion: index === STEPS.length - 1 ? conclusion : 'success' };
    if (status === 'queued') return { status, conclusion: null };
    return (
      [
        { status: 'completed', conclusion: 'success' },
        { status: 'in_progress', conclusion: null },
      ][index] ?? { status: 'queued', conclusion: null }
    );
  };
  const steps = STEPS.map((name, index) => ({ name, number: index + 1, ...stepAt(index) }));
  return { id: id * 10, run_id: id, name: 'deploy', status, conclusion: isOver ? conclusion : null, steps };
}

/** What is not over has no conclusion. */
function shown({ hiddenFor: _hidden, runsFor: _runs, ...run }: Run) {
  return { ...run, conclusion: run.status === 'completed' ? run.conclusion : null };
}
