import * as z from 'zod';
import { DEPLOY_PATH } from '../unsure.ts';
import { operation, read, SA, tool, write } from './shared.ts';

const gitUrl = z
  .string()
  .max(300)
  .regex(/^([\w.-]+@[\w.-]+:|ssh:\/\/|https:\/\/)[\w./~:@-]+$/, 'must be like git@host:group/repository.git');
const branch = z.string().min(1).max(200).describe('name of a branch');
const deployPath = z
  .string()
  .max(300)
  .default(DEPLOY_PATH)
  .describe('folder in public_html; empty: public_html itself');

export const git = tool({
  name: 'git',
  title: 'Git',
  description: 'Deployment of applications from Git.',
  actions: {
    generate_git_ssh_key: write({
      description: 'Makes a new deployment key: the old one no longer gets in at the Git host.',
      effect: 'destructive',
      input: SA,
      path: '/git/generateKey',
      done: 'There is a new key; get_git_ssh_key shows it.',
    }),
    get_git_ssh_key: read({ description: 'Shows the public deployment key.', input: SA, path: '/git/key' }),
    git_clone: operation({
      description: 'Puts a repository into an application, over what is there.',
      effect: 'destructive',
      input: { ...SA, git_url: gitUrl, branch_name: branch, deploy_path: deployPath },
      aliases: { repo_url: 'git_url', branch: 'branch_name' },
      path: '/git/clone',
      done: 'The repository is being cloned.',
    }),
    git_pull: operation({
      description: 'Deploys the newest commit of a branch.',
      input: { ...SA, branch_name: branch, deploy_path: deployPath },
      aliases: { branch: 'branch_name' },
      path: '/git/pull',
      done: 'The branch is being deployed.',
    }),
    get_git_deployment_history: read({ description: 'Lists deployments.', input: SA, path: '/git/history' }),
    get_git_branch_names: read({
      description: 'Lists the branches of a repository.',
      input: { ...SA, git_url: gitUrl },
      aliases: { repo_url: 'git_url' },
      path: '/git/branchNames',
    }),
  },
});
