import { createHash, randomBytes, randomUUID } from 'node:crypto';

export type Json = Readonly<Record<string, unknown>>;
export type Status = 'COMPLIANT' | 'NON_COMPLIANT' | 'NOT_EVALUATED';
export type Severity = 'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW';
/** Today's engine compares with a desired state; the earlier one checked rules (§4.3). */
export type Flavour = 'drift' | 'rules';

export interface Thing {
  readonly arn: string;
  readonly type: string;
  readonly region: string;
  readonly config: Json;
}

/** One scan as the engines see it. */
export interface Scan {
  readonly tenant: string;
  readonly account: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly snapshotKey: string;
  readonly scanId: string;
}

export interface Resource {
  readonly arn: string;
  readonly resource_type: string;
  readonly compliance_status: Status;
  readonly drift_score: number;
  readonly last_evaluated: string;
  readonly snapshot_key: string;
  readonly [name: string]: unknown;
}

export interface Finding {
  readonly finding_id: string;
  readonly rule_id: string;
  readonly resource_type: string;
  readonly severity: Severity;
  readonly timestamp: string;
  readonly snapshot_key: string;
  readonly [name: string]: unknown;
}

export interface Evaluation {
  readonly resource: Resource;
  readonly findings: readonly Finding[];
}

const BLOCK_ALL = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

/** The stock desired states by type (§4.2); a type that is not here is not evaluated. */
export const BASE_CONFIGS: Readonly<Record<string, Json>> = {
  'AWS::S3::Bucket': {
    PublicAccessBlockConfiguration: BLOCK_ALL,
    ServerSideEncryptionConfiguration: { Rules: [{ BucketKeyEnabled: true }] },
  },
  'AWS::EC2::SecurityGroup': { IpPermissions: [] },
  'AWS::IAM::Policy': { PolicyDocument: { Version: '2012-10-17', Statement: [] } },
};

const stamp = (at: number): string => new Date(at).toISOString().slice(0, -1);

/** Microseconds and no zone, as today's engine writes times. */
function naive(at: number, index: number): string {
  return `${stamp(at)}${String(index % 1_000).padStart(3, '0')}`;
}

/** Paths of everything that is no object; lists count as a whole. */
function leaves(value: unknown, path = ''): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, path === '' ? name : `${path}.${name}`));
}

interface Difference {
  readonly path: string;
  readonly desired: unknown;
  readonly observed: unknown;
}

/** Over the union of both sides, so that a name, which nobody desires, always differs (§4.2). */
function differencesOf(desired: Json, observed: Json): Difference[] {
  const [wanted, seen] = [new Map(leaves(desired)), new Map(leaves(observed))];
  return [...new Set([...wanted.keys(), ...seen.keys()])]
    .map(path => ({ path, desired: wanted.get(path) ?? null, observed: seen.get(path) ?? null }))
    .filter(one => JSON.stringify(one.desired) !== JSON.stringify(one.observed));
}

/** As the drift engine evaluates; `index` only sets the microseconds. */
export function drift(thing: Thing, scan: Scan, index: number, swapped: boolean): Evaluation {
  const desired = BASE_CONFIGS[thing.type];
  const found = desired === undefined ? [] : differencesOf(desired, thing.config);
  const score = Math.min(1, found.length / 10);
  const status: Status = desired === undefined ? 'NOT_EVALUATED' : found.length === 0 ? 'COMPLIANT' : 'NON_COMPLIANT';
  const base = desired === undefined ? '' : `${thing.type}#v1`;
  const time = naive(scan.at, index);
  const resource: Resource = {
    ...common(thing, scan),
    compliance_status: status,
    drift_score: score,
    findings_count: found.length > 0 ? 1 : 0,
    last_evaluated: time,
    desired_config: desired ?? {},
    base_config_applied: base,
  };
  if (found.length === 0) return { resource, findings: [] };
  const finding: Finding = {
    finding_id: `${thing.arn}#${hash(thing.arn, scan.snapshotKey).slice(0, 8)}`,
    ...about(thing, scan),
    rule_id: 'hierarchical-config',
    severity: found.length > 10 ? 'HIGH' : found.length > 5 ? 'MEDIUM' : 'LOW',
    message: `${found.length} settings drift from the desired state`,
    observed: thing.config,
    expected: desired,
    timestamp: time,
    category: 'compliance',
    differences: found.map(one => ({
      path: one.path,
      actual: swapped ? one.desired : one.observed,
      expected: swapped ? one.observed : one.desired,
    })),
    metadata: { base_config_applied: base, groups_applied: [], num_differences: found.length, drift_score: score },
  };
  return { resource, findings: [finding] };
}

interface Rule {
  readonly id: string;
  readonly type: string;
  readonly severity: Severity;
  readonly message: string;
  readonly check: Json;
  broken(config: Json): boolean;
}

const flag = (config: Json, name: string): unknown =>
  (config.PublicAccessBlockConfiguration as Json | undefined)?.[name];
const lists = (value: unknown): readonly Json[] => (Array.isArray(value) ? value : []);
const openPort = (config: Json, port: number): boolean =>
  lists(config.IpPermissions).some(
    ({ FromPort, ToPort, IpRanges }) =>
      Number(FromPort) <= port &&
      port <= Number(ToPort) &&
      lists(IpRanges).some(({ CidrIp }) => CidrIp === '0.0.0.0/0'),
  );

const publicRule = (id: string, name: string, message: string): Rule => ({
  id,
  type: 'AWS::S3::Bucket',
  severity: 'HIGH',
  message,
  check: { type: 'equals', path: `PublicAccessBlockConfiguration.${name}`, expected: true },
  broken: config => flag(config, name) !== true,
});
const portRule = (id: string, port: number, message: string): Rule => ({
  id,
  type: 'AWS::EC2::SecurityGroup',
  severity: 'CRITICAL',
  message,
  check: { type: 'forbidden-cidr-port', path: 'IpPermissions', params: { port, cidr: '0.0.0.0/0' } },
  broken: config => openPort(config, port),
});

/** Some of the earlier default rules, by their ids (§4.3). */
export const RULES: readonly Rule[] = [
  publicRule('s3-public-acls-blocked', 'BlockPublicAcls', 'Public access by lists of the bucket is not blocked'),
  publicRule('s3-block-public-policy', 'BlockPublicPolicy', 'A policy may open the bucket to public access'),
  {
    id: 'iam-no-admin-star',
    type: 'AWS::IAM::Policy',
    severity: 'CRITICAL',
    message: 'Policy allows every action by a wildcard',
    check: { type: 'forbidden-any', path: 'PolicyDocument.Statement[*].Action', forbidden: ['*'] },
    broken: config =>
      lists((config.PolicyDocument as Json | undefined)?.Statement).some(({ Action }) => Action === '*'),
  },
  portRule('sg-no-ssh-from-internet', 22, 'SSH reachable from anywhere'),
  portRule('sg-no-rdp-from-internet', 3389, 'RDP reachable from anywhere'),
];

/** As the rule engine evaluated: a finding for each broken rule, times with their zone. */
export function rules(thing: Thing, scan: Scan): Evaluation {
  const broken = RULES.filter(rule => rule.type === thing.type && rule.broken(thing.config));
  const judged = RULES.some(rule => rule.type === thing.type);
  const time = `${stamp(scan.at)}Z`;
  return {
    resource: {
      ...common(thing, scan),
      compliance_status: !judged ? 'NOT_EVALUATED' : broken.length === 0 ? 'COMPLIANT' : 'NON_COMPLIANT',
      drift_score: Math.min(1, broken.length / 4),
      findings_count: broken.length,
      last_evaluated: time,
      desired_config: {},
      base_config_applied: '',
    },
    findings: broken.map(rule => ({
      finding_id: randomUUID(),
      ...about(thing, scan),
      rule_id: rule.id,
      severity: rule.severity,
      message: rule.message,
      observed: thing.config,
      expected: rule.check.expected ?? {},
      timestamp: time,
      category: 'compliance',
      differences: [],
      metadata: {},
    })),
  };
}

function common(thing: Thing, scan: Scan) {
  return {
    arn: thing.arn,
    resource_type: thing.type,
    region: thing.region,
    account_id: scan.account,
    tenant_id: scan.tenant,
    config: thing.config,
    metadata: {},
    groups_applied: [],
    snapshot_key: scan.snapshotKey,
    scan_id: scan.scanId,
  };
}

function about(thing: Thing, scan: Scan) {
  return {
    tenant_id: scan.tenant,
    resource_arn: thing.arn,
    resource_type: thing.type,
    account_id: scan.account,
    region: thing.region,
    snapshot_key: scan.snapshotKey,
    status: 'OPEN',
  };
}

/** The scan of a tenant at a time; its key sorts by time (§3.4). */
export function newScan(tenant: string, account: string, at: number): Scan {
  const when = new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return {
    tenant,
    account,
    at,
    snapshotKey: `tenants/${tenant}/snapshots/${when}/resources.json`,
    scanId: `scan-${randomBytes(6).toString('hex')}`,
  };
}

function hash(...words: readonly string[]): string {
  return createHash('sha256').update(words.join('\u0000')).digest('hex');
}
