import * as z from 'zod';
import { ENVIRONMENTS, environmentNamed } from '../permissions.ts';
import { deploy, planOfRollback, rollback } from '../writes.ts';
import { named } from './shared.ts';

export const deployTools = named({
  names: ['deploy_service', 'postMcpToolsDeployService'],
  title: 'Deploy a service',
  description:
    'Deploys a version of a service. FAILED is an error; IN_PROGRESS is told at once; UNKNOWN means that the answer was lost: check before doing it again.',
  effect: 'destructive',
  rights: ['deploy_staging', 'deploy_production'],
  input: {
    service_name: z
      .string()
      .trim()
      .max(100)
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, dots, dashes'),
    version: z
      .string()
      .trim()
      .regex(/^\S{1,100}$/, 'up to 100 characters without spaces'),
    environment: z.preprocess(environmentNamed, z.enum(ENVIRONMENTS)),
  },
  run: (order, call, tool) => deploy(call, order, { tool, layout: tool === 'deploy_service' ? 'nested' : 'flat' }),
});

export const rollbackTools = named({
  names: ['rollback_deployment', 'postMcpToolsRollbackDeployment'],
  title: 'Roll a deployment back',
  description:
    'Puts back the version before a deployment, and says from which version to which. Wants a reason that people will read.',
  effect: 'destructive',
  rights: ['rollback_staging', 'rollback_production'],
  input: {
    deployment_id: z.string().trim().min(1).max(100),
    reason: z.string().trim().min(5, 'at least 5 characters').max(500),
    environment: z.preprocess(environmentNamed, z.enum(['staging', 'production'])),
  },
  run: (order, call, tool) =>
    rollback(call, order, { tool, layout: tool === 'rollback_deployment' ? 'nested' : 'flat' }),
  plan: (order, call) => planOfRollback(call, order),
});
