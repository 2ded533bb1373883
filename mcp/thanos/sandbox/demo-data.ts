import { drift, type Flavour, type Json, newScan, rules, type Thing } from './engine.ts';
import { keep, type Store } from './store.ts';

/** A registered customer (§3.4), and what a scan of its account would find now. */
export interface Tenant {
  readonly customer: Json & {
    readonly tenant_id: string;
    readonly role_arn: string;
    readonly account_id: string;
    readonly regions: readonly string[];
  };
  readonly flavour: Flavour;
  /** What lay in the account so many days ago; 0 is now. */
  things(daysAgo: number): readonly Thing[];
  /** Scans so many days ago, oldest first. */
  readonly history: readonly number[];
}

const DAY_MS = 86_400_000;
const HOME = 'us-east-1';
const SECOND = 'eu-west-1';
const ANYWHERE = '0.0.0.0/0';

function bucket(name: string, open: boolean, more: Json = {}): Thing {
  const blocked = !open;
  return {
    arn: `arn:aws:s3:::${name}`,
    type: 'AWS::S3::Bucket',
    region: HOME,
    config: {
      BucketName: name,
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: blocked,
        IgnorePublicAcls: blocked,
        BlockPublicPolicy: blocked,
        RestrictPublicBuckets: blocked,
      },
      ...more,
    },
  };
}

function policy(account: string, name: string, action: string | readonly string[]): Thing {
  const arn = `arn:aws:iam::${account}:policy/${name}`;
  const statement = { Effect: 'Allow', Action: action, Resource: `arn:aws:s3:::${name}/*` };
  return {
    arn,
    type: 'AWS::IAM::Policy',
    region: HOME,
    config: { PolicyName: name, PolicyDocument: { Version: '2012-10-17', Statement: [statement] } },
  };
}

function group(
  account: string,
  id: string,
  name: string,
  region: string,
  ports: readonly (readonly [number, string])[],
): Thing {
  return {
    arn: `arn:aws:ec2:${region}:${account}:security-group/${id}`,
    type: 'AWS::EC2::SecurityGroup',
    region,
    config: {
      GroupId: id,
      GroupName: name,
      VpcId: `vpc-${account.slice(0, 8)}`,
      IpPermissions: ports.map(([port, cidr]) => ({
        IpProtocol: 'tcp',
        FromPort: port,
        ToPort: port,
        IpRanges: [{ CidrIp: cidr }],
        Ipv6Ranges: [],
      })),
      IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: ANYWHERE }] }],
    },
  };
}

function customer(tenant_id: string, customer_name: string, account_id: string, regions: readonly string[]) {
  const partition = regions[0]?.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  return {
    tenant_id,
    customer_name,
    role_arn: `arn:${partition}:iam::${account_id}:role/CloudGoldenGuardAuditRole`,
    account_id,
    regions,
    created_at: '2026-01-05T10:00:00Z',
    updated_at: '2026-01-05T10:00:00Z',
    status: 'active',
  };
}

/** A bucket that drifts in more than ten places. */
const LEGACY = {
  Versioning: 'Suspended',
  Website: { IndexDocument: 'index.html' },
  Logging: null,
  Lifecycle: [],
  Cors: [{ AllowedOrigins: ['*'] }],
  Acceleration: 'Suspended',
};

const PROD = '111122223333';
const CORP = '222233334444';
const STAGING = '333344445555';
const FLEET = '444455556666';

/** Made up. Today's engine: `customer-prod`, `fleet-one`; the earlier one: `acme-corp`, `xyz-staging`; never scanned: `fresh-start`. */
export const TENANTS: readonly Tenant[] = [
  {
    customer: customer('customer-prod', 'Acme Production', PROD, [HOME, SECOND]),
    flavour: 'drift',
    history: [9, 6, 4, 2, 1],
    things: daysAgo => [
      bucket('acme-invoices', true),
      bucket('acme-legacy', true, LEGACY),
      bucket('acme-logs', daysAgo > 3),
      bucket('acme-assets', false),
      policy(PROD, 'deploy-all', '*'),
      policy(PROD, 'read-invoices', ['s3:GetObject']),
      group(PROD, 'sg-0bastion', 'bastion', HOME, [[22, ANYWHERE]]),
      group(PROD, 'sg-0web', 'web', HOME, [[443, ANYWHERE]]),
      group(PROD, 'sg-0office', 'office-ssh', SECOND, [[22, '10.0.0.0/8']]),
      // Gone since: it stays in the rows for ever.
      ...(daysAgo > 5 ? [bucket('acme-temp', true)] : []),
    ],
  },
  {
    customer: customer('acme-corp', 'acme Corporation', CORP, [HOME]),
    flavour: 'rules',
    history: [10, 8, 6, 5, 4, 3, 2, 1],
    things: daysAgo => [
      bucket('corp-data', daysAgo > 5),
      bucket('corp-www', true),
      bucket('corp-backup', daysAgo > 2),
      bucket('corp-media', false),
      policy(CORP, 'admin-star', daysAgo > 4 ? '*' : ['ec2:Describe*']),
      policy(CORP, 'billing', ['aws-portal:View*']),
      group(CORP, 'sg-0jump', 'jump-host', HOME, [[22, ANYWHERE]]),
      group(CORP, 'sg-0rdp', 'desktops', HOME, [[3389, daysAgo > 7 ? ANYWHERE : '10.1.0.0/16']]),
    ],
  },
  {
    customer: customer('xyz-staging', 'XYZ Staging', STAGING, [HOME, SECOND]),
    flavour: 'rules',
    history: [12, 5, 3, 1],
    // The scan of three days ago was clean, then a hole for a day, and the latest is clean again.
    things: daysAgo => [
      bucket('xyz-uploads', daysAgo > 4),
      bucket('xyz-cache', false),
      group(STAGING, 'sg-0stage', 'stage', HOME, [[22, '10.2.0.0/16']]),
      group(STAGING, 'sg-0eu', 'stage-eu', SECOND, [[443, ANYWHERE]]),
    ],
  },
  {
    customer: customer('fleet-one', 'Fleet One', FLEET, [HOME]),
    flavour: 'drift',
    history: [3, 2, 1],
    things: () => [
      ...Array.from({ length: 120 }, (_, index) => bucket(`fleet-${String(index).padStart(3, '0')}`, index % 10 === 0)),
      group(FLEET, 'sg-0fleet', 'fleet', HOME, [[22, ANYWHERE]]),
    ],
  },
  {
    customer: customer('fresh-start', 'Fresh Start', '555566667777', ['us-gov-west-1']),
    flavour: 'rules',
    history: [],
    things: () => [group('555566667777', 'sg-0gov', 'gov', 'us-gov-west-1', [[22, ANYWHERE]])],
  },
];

/** What one scan adds. S3 and IAM are read once and labelled with the first region (§4.1). */
export function evaluate(tenant: Tenant, regions: readonly string[], at: number, daysAgo: number, swapped: boolean) {
  const [first = HOME] = regions;
  const scan = newScan(tenant.customer.tenant_id, tenant.customer.account_id, at);
  const things = tenant
    .things(daysAgo)
    .filter(({ type, region }) => type !== 'AWS::EC2::SecurityGroup' || regions.includes(region))
    .map(thing => (thing.type === 'AWS::EC2::SecurityGroup' ? thing : { ...thing, region: first }));
  const evaluations = things.map((thing, index) =>
    tenant.flavour === 'drift' ? drift(thing, scan, index, swapped) : rules(thing, scan),
  );
  return { scan, evaluations };
}

export function fill(store: Store, now: number): void {
  for (const tenant of TENANTS)
    for (const daysAgo of tenant.history) {
      const { customer: of } = tenant;
      keep(store, of.tenant_id, evaluate(tenant, of.regions, now - daysAgo * DAY_MS, daysAgo, true).evaluations);
    }
}
