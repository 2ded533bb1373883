import * as z from 'zod';
import { Fault } from '../../kit/index.ts';
import type { DevopsCall } from '../reply.ts';
import { ask } from './github-api.ts';

const part = { name: z.string(), status: z.string(), conclusion: z.string().nullable() };
const jobSchema = z.object({ ...part, steps: z.array(z.object(part)).default([]) });
type Job = z.output<typeof jobSchema>;

/** The jobs of a run with their steps; none, when they cannot be read: they only say more about what is known. */
export async function jobsOf(call: DevopsCall, run: number): Promise<readonly Job[]> {
  try {
    const answer = await ask(call, { path: `/actions/runs/${run}/jobs`, purpose: 'Reading the jobs of the run' });
    return z.object({ jobs: z.array(jobSchema) }).safeParse(answer.json()).data?.jobs ?? [];
  } catch (error) {
    if (error instanceof Fault) return [];
    throw error;
  }
}

const FAILED = ['failure', 'timed_out', 'cancelled', 'startup_failure'];

/** Such as `: deploy, step 2 of 5, "Roll out"`. */
export function whereItIs(jobs: readonly Job[]): string {
  const running = jobs.filter(({ status }) => status === 'in_progress');
  return running.map(stepOf).join('');
}

function stepOf({ name, steps }: Job): string {
  const index = steps.findIndex(({ status }) => status === 'in_progress');
  const step = steps[index];
  return step === undefined ? `: ${name}` : `: ${name}, step ${index + 1} of ${steps.length}, "${step.name}"`;
}

/** Such as ` It failed in deploy at "Health check".` */
export function whereItFailed(jobs: readonly Job[]): string {
  const failed = jobs.filter(({ conclusion }) => FAILED.includes(conclusion ?? ''));
  return failed.map(({ name, steps }) => ` It failed in ${name}${stepThatFailed(steps)}.`).join('');
}

function stepThatFailed(steps: Job['steps']): string {
  const step = steps.find(({ conclusion }) => FAILED.includes(conclusion ?? ''));
  return step === undefined ? '' : ` at "${step.name}"`;
}
