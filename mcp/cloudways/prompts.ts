import type { Prompt } from '../kit/index.ts';

const needed = (name: string, description: string) => ({ name, description, required: true });
const optional = (name: string, description: string) => ({ name, description, required: false });

/** What people ask for most (fact sheet §7.2). */
export const prompts: readonly Prompt[] = [
  {
    name: 'deploy_site',
    title: 'Deploy a site',
    description: 'Backs up, pulls from Git, waits, empties the cache and reports.',
    arguments: [needed('site', 'domain or name of the application'), needed('branch', 'branch to deploy')],
    text: ({ site, branch }) => `Deploy the branch "${branch}" to "${site}" at Cloudways:
1. Find it with find_app. When more than one fits, ask which.
2. backup_app with wait: true. Go on only when it is done.
3. git_pull with branch_name "${branch}" and wait: true.
4. clear_app_cache with wait: true.
When an answer has pending: true, call wait_for_operation with its operation_id until it ends. When a step fails, stop, say why and what state the site is in. At the end say in three lines what was done.`,
  },
  {
    name: 'explain_traffic',
    title: 'Who is using the site?',
    description: 'Looks at the traffic of a site and names what is unusual.',
    arguments: [
      needed('site', 'domain or name of the application'),
      optional('duration', '15m, 30m, 1h (default) or 1d'),
    ],
    text: ({
      site,
      duration,
    }) => `Find "${site}" with find_app. Then call get_app_analytics_traffic for it with duration ${duration || '1h'}, once for each resource: top_ips, top_bots, top_urls, top_statuses.
Say in plain words who asks for what, and what is unusual: one address with most of the requests, many errors, a bot. Change nothing.`,
  },
  {
    name: 'let_me_in',
    title: 'Let my address in',
    description: 'Adds an address to those that get in by SSH, without losing the others.',
    arguments: [needed('server', 'name or id of the server'), needed('ip', 'your address')],
    text: ({ server, ip }) =>
      `Find the server "${server}" with list_servers. Call preview_whitelisted_ips with ips ["${ip}"], mode add and own_ip "${ip}", and show me what changes. If only ${ip} is added, call update_whitelisted_ips with the same arguments.`,
  },
];
