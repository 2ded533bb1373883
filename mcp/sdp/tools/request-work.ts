import { approvals } from './approvals.ts';
import { REQUESTS, tool } from './shared.ts';
import { tasks, taskWorklogs, worklogs } from './work.ts';

export const requestTasks = tool({
  name: 'request_tasks',
  title: 'Tasks of requests',
  description: 'What is to be done for a request.',
  actions: tasks(REQUESTS),
});

export const requestWorklogs = tool({
  name: 'request_worklogs',
  title: 'Worklogs of requests',
  description: 'Time spent on a request or on one of its tasks.',
  actions: { ...worklogs(REQUESTS), ...taskWorklogs(REQUESTS) },
});

export const requestApprovals = tool({
  name: 'request_approvals',
  title: 'Approvals of requests',
  description: 'Who must agree to a request, and who did. An approver can only decide after having been mailed.',
  actions: approvals(REQUESTS, ['list', 'add', 'notify', 'decide', 'delete'], 250),
});
