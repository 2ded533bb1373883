import * as z from 'zod';
import { type Answer, Fault, type Request } from '../../kit/index.ts';
import { notConfigured } from '../config.ts';
import { type DevopsCall, exchange, jsonOf } from '../reply.ts';

export function settingsOf({ state }: DevopsCall) {
  const { repository, workflow, ref, url } = state.config.github;
  const missing = [
    ...(repository === undefined ? ['LIGHT_DEVOPS_GITHUB_REPOSITORY'] : []),
    ...(state.githubToken === undefined ? ['LIGHT_DEVOPS_GITHUB_TOKEN'] : []),
  ];
  if (repository === undefined || state.githubToken === undefined) throw notConfigured('GitHub Actions', missing);
  return { base: `${url}/repos/${repository}`, token: state.githubToken, workflow: encodeURIComponent(workflow), ref };
}

/** A request about the repository. Throws `Fault`: nothing was done, unless it is `GH_OUTCOME_UNKNOWN`. */
export async function ask(call: DevopsCall, request: Request): Promise<Answer> {
  const { base, token } = settingsOf(call);
  const answer = await exchange(call, {
    ...request,
    path: base + request.path,
    authorized: false,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'x-github-api-version': '2022-11-28',
    },
    accept: [401, 403, 404, 422],
  });
  if (answer.status < 400) return answer;
  throw refusalOf(answer, request.purpose);
}

function refusalOf(answer: Answer, purpose: string): Fault {
  const { status } = answer;
  const details = z.object({ message: z.string() }).safeParse(jsonOf(answer)).data?.message ?? '';
  const facts = { status, details };
  if (status === 401)
    return new Fault('GH_SIGN_IN', `${purpose}: GitHub refuses the token.`, {
      ...facts,
      fields: { reason: 'auth_required' },
    });
  if (status === 404)
    return new Fault('GH_NOT_FOUND', `${purpose}: GitHub shows this token no such repository, workflow or run.`, {
      ...facts,
      hint: 'Check repository and workflow, and that the token has the permission Actions: write on that repository.',
      fields: { reason: 'not_found' },
    });
  if (status === 403)
    return new Fault('GH_VENDOR_SCOPE', `${purpose}: GitHub forbids it.`, {
      ...facts,
      hint: 'The token needs the permission Actions: write on this repository.',
      fields: { reason: 'forbidden' },
    });
  return new Fault('GH_VENDOR_REFUSED', `${purpose}: GitHub refuses it: ${details}`, {
    ...facts,
    hint: 'The workflow must have the trigger workflow_dispatch and the inputs of docs/devops.md on that branch.',
    fields: { reason: 'invalid_arguments' },
  });
}
