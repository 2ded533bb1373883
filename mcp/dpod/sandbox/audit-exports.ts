import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import * as z from 'zod';
import {
  jsonAnswer,
  Refusal,
  type Route,
  readJson,
  type SandboxAnswer,
  type SandboxRequest,
} from '../../kit/sandbox.ts';
import { AO, type Caller, type Guard } from './access.ts';
import { findRecords } from './audit-records.ts';
import { orNotFound, pathId, timestamp } from './requests.ts';
import { type ExportJob, subtreeOf, type Vendor } from './world.ts';
import { zipFiles } from './zip.ts';

/** Audit log exports: a job to poll, then a file behind a pre-signed link (§3.3). */
export function auditExportRoutes(vendor: Vendor, guard: Guard): readonly Route[] {
  const { exportJobs } = vendor.world;
  return [
    {
      method: 'POST',
      path: '/v1/audit-log-exports',
      handle: guard('audit', (request, caller) => start(vendor, caller, readJson(request, exportBody))),
    },
    {
      method: 'GET',
      path: '/v1/audit-log-exports/{jobId}',
      handle: guard('audit', (request, caller) => {
        const job = exportJobs.get(pathId(request, 'jobId'));
        return jsonAnswer(
          200,
          presentJob(vendor, poll(vendor, orNotFound(job?.tenantId === caller.tenantId && job, 'Export job'))),
        );
      }),
    },
    { method: 'GET', path: '/export_files/{jobId}', handle: request => download(vendor, request) },
  ];
}

const MAX_RANGE_MS = 31 * 24 * 60 * 60 * 1000;

const instant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/, 'must be RFC 3339 in UTC, YYYY-MM-DDTHH:MM:SSZ')
  .transform(text => new Date(text))
  .refine(date => !Number.isNaN(date.getTime()), 'is no date');

const exportBody = z.strictObject({
  from: instant,
  to: instant,
  source: z.string().min(1).optional(),
  resourceId: z.uuid().optional(),
  actorId: z.string().min(1).optional(),
  tenantId: z.uuid().optional(),
  action: z.string().min(1).optional(),
  status: z.string().min(1).optional(),
});

function start(vendor: Vendor, caller: Caller, filter: z.output<typeof exportBody>): SandboxAnswer {
  const { world, switches } = vendor;
  const range = filter.to.getTime() - filter.from.getTime();
  if (range <= 0) throw new Refusal(400, 'from must be before to');
  if (range > MAX_RANGE_MS) throw new Refusal(400, 'the range must not exceed 31 days');
  if (!caller.scopes.includes(AO) && switches.current.spAudit === 'refused') {
    throw new Refusal(403, 'Service providers cannot see the audit logs of their tenants');
  }
  if (filter.tenantId !== undefined && !subtreeOf(world, caller.tenantId).some(({ id }) => id === filter.tenantId)) {
    throw new Refusal(404, 'Tenant not found');
  }
  // Service providers cannot see their tenants' logs, and their own only as application owners.
  const blind = !caller.scopes.includes(AO) && switches.current.policy === 'build';
  const job: ExportJob = {
    jobId: vendor.newId(),
    tenantId: caller.tenantId,
    startedAt: vendor.clock(),
    endedAt: null,
    state: 'ACTIVE',
    pollsLeft: switches.current.pollsUntilReady,
    filter: blind ? null : filter,
    link: null,
  };
  world.exportJobs.set(job.jobId, job);
  return jsonAnswer(201, presentJob(vendor, job), { location: `${vendor.url}/v1/audit-log-exports/${job.jobId}` });
}

function poll(vendor: Vendor, job: ExportJob): ExportJob {
  if (job.state !== 'ACTIVE') return job;
  const { exportOutcome, exportLinkLifetimeSeconds } = vendor.switches.current;
  const now = vendor.clock();
  const pollsLeft = job.pollsLeft - 1;
  const moved: ExportJob =
    pollsLeft > 0 || exportOutcome === 'never'
      ? { ...job, pollsLeft }
      : {
          ...job,
          pollsLeft: 0,
          state: exportOutcome,
          endedAt: now,
          link:
            exportOutcome === 'SUCCEEDED'
              ? {
                  signature: createHash('sha256').update(`${job.jobId}${now.getTime()}`).digest('hex'),
                  expires: new Date(now.getTime() + exportLinkLifetimeSeconds * 1000),
                }
              : null,
        };
  vendor.world.exportJobs.set(job.jobId, moved);
  return moved;
}

function presentJob(vendor: Vendor, job: ExportJob): object {
  return {
    jobId: job.jobId,
    startedAt: timestamp(job.startedAt),
    endedAt: job.endedAt === null ? null : timestamp(job.endedAt),
    state: job.state,
    location: job.link === null ? null : `${vendor.url}/export_files/${job.jobId}?sig=${job.link.signature}`,
  };
}

/** A store of files, not the API: it answers in its own form, and takes no second kind of authentication. */
function download(vendor: Vendor, request: SandboxRequest): SandboxAnswer {
  const job = vendor.world.exportJobs.get(request.params.jobId ?? '');
  if (request.headers.authorization !== undefined) {
    return storeError(400, 'InvalidArgument', 'Only one auth mechanism allowed');
  }
  if (!job?.link || request.query.get('sig') !== job.link.signature) {
    return storeError(403, 'SignatureDoesNotMatch', 'The signature does not match');
  }
  if (vendor.clock().getTime() >= job.link.expires.getTime()) {
    return storeError(403, 'AccessDenied', 'Request has expired');
  }
  return exportFile(vendor, job);
}

function storeError(status: number, code: string, message: string): SandboxAnswer {
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  };
}

function exportFile(vendor: Vendor, job: ExportJob): SandboxAnswer {
  const { exportFormat, auditMeta, auditRepeat } = vendor.switches.current;
  const found = job.filter === null ? [] : findRecords(vendor, job.tenantId, job.filter);
  const records = found.flatMap(record => {
    const written = auditMeta === 'string' ? { ...record, meta: JSON.stringify(record.meta) } : record;
    return Array.from({ length: auditRepeat }, () => written);
  });
  const lines = (): string => records.map(record => `${JSON.stringify(record)}\n`).join('');
  const list = (): string => JSON.stringify(records);
  const file = (contentType: string, body: string | Uint8Array): SandboxAnswer => ({
    status: 200,
    headers: { 'content-type': contentType },
    body,
  });
  switch (exportFormat) {
    case 'gzip':
      return file('application/octet-stream', gzipSync(lines()));
    case 'ndjson':
      return file('application/x-ndjson', lines());
    case 'json':
      return file('application/json', list());
    case 'zip':
      return file('application/zip', zipFiles([{ name: `${job.jobId}.json`, text: list() }]));
    case 'zip-ndjson':
      return file('application/zip', zipFiles([{ name: `${job.jobId}.ndjson`, text: lines() }]));
  }
}
