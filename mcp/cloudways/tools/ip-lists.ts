import * as z from 'zod';
import { Fault } from '../../kit/index.ts';
import { ask, askItem, type CloudwaysCall, decoded } from '../api.ts';
import { changeOf, demandNamed, type ListChange, type Mode, plannedOf } from '../lists.ts';
import { NETWORKS_IN_WHITELISTS, whitelistType } from '../unsure.ts';
import { action, ip, READ_ROLES, read, S, WRITE_ROLES, write } from './shared.ts';

const tab = z.enum(['sftp', 'mysql']).default('sftp').describe('sftp: SSH and SFTP; mysql: the database from outside');
const address = NETWORKS_IN_WHITELISTS ? z.union([ip, z.cidrv4(), z.cidrv6()]) : ip;
const whitelistInput = {
  ...S,
  ips: z.array(address).max(200),
  tab,
  mode: z.enum(['add', 'remove', 'replace']).default('add'),
  ip_policy: z.enum(['allow_all', 'block_all']).optional().describe('for sftp; kept as it is unless told'),
  removes: z.array(z.string()).optional().describe('for replace: every address that goes'),
  own_ip: ip.optional().describe('the address of the person who asks'),
};

interface WhitelistChange {
  readonly server_id: string;
  readonly ips: readonly string[];
  readonly tab: 'sftp' | 'mysql';
  readonly mode: Mode;
  readonly ip_policy?: string | undefined;
  readonly removes?: readonly string[] | undefined;
  readonly own_ip?: string | undefined;
  readonly confirm?: string | undefined;
}

export const ipListActions = {
  get_whitelisted_ips_ssh: action({
    description: 'Lists the addresses that get in by SSH and SFTP.',
    effect: 'read',
    scopes: READ_ROLES,
    input: S,
    run: async ({ server_id }, call) => ({ ...(await whitelist(call, server_id, 'sftp')) }),
  }),
  get_whitelisted_ips_mysql: action({
    description: 'Lists the addresses that reach the database from outside.',
    effect: 'read',
    scopes: READ_ROLES,
    input: S,
    run: async ({ server_id }, call) => ({ ...(await whitelist(call, server_id, 'mysql')) }),
  }),
  preview_whitelisted_ips: action({
    description: 'Shows what update_whitelisted_ips would add and remove. Changes nothing.',
    effect: 'read',
    scopes: READ_ROLES,
    input: whitelistInput,
    async run(input, call) {
      const { change, policy } = await planned(input, call);
      return { ...change, policy_before: policy.before ?? null, policy_after: policy.after ?? null };
    },
  }),
  update_whitelisted_ips: action({
    description:
      'Adds, removes or replaces addresses; reads the list first and shows the difference. What goes must be named in removes when replacing.',
    effect: 'destructive',
    scopes: WRITE_ROLES,
    idempotent: true,
    input: {
      ...whitelistInput,
      confirm: z.string().max(80).optional().describe('typed by the person, when their own address is shut out'),
    },
    run: updateWhitelist,
    plan: planWhitelist,
  }),
  check_ip_blacklisted: read({
    description: 'Shows whether an address is blocked on a server.',
    input: { ...S, ip },
    path: '/security/isBlacklisted',
  }),
  allow_ip_siab: write({
    description: 'Lets an address use the SSH console in the browser (Shell in a Box).',
    input: { ...S, ip },
    path: '/security/siab',
    idempotent: true,
    done: 'The address is let in.',
  }),
  allow_ip_adminer: write({
    description: 'Lets an address use the database manager in the browser (Adminer).',
    input: { ...S, ip },
    path: '/security/adminer',
    idempotent: true,
    done: 'The address is let in.',
  }),
};

/** Version 1 tells a list, version 2 JSON text of it (§3.5 row 48). */
async function whitelist(call: CloudwaysCall, server: string, which: 'sftp' | 'mysql') {
  const body = await askItem(call, {
    path: which === 'mysql' ? '/security/whitelistedIpsMysql' : '/security/whitelisted',
    fields: { server_id: server },
    purpose: 'Reading the list of addresses',
  });
  const list = decoded(body.ip_list ?? []);
  // A list that cannot be read is no empty list: writing it back would shut everyone out.
  if (!Array.isArray(list)) throw new Fault('GH_VENDOR_ANSWER', 'The list of addresses could not be read.');
  const policy = typeof body.policy === 'string' ? body.policy : undefined;
  return { ip_list: list.map(String), ...(policy === undefined ? {} : { policy }) };
}

interface Plan {
  readonly change: ListChange;
  readonly policy: { readonly before: string | undefined; readonly after: string | undefined };
}

async function planned(input: WhitelistChange, call: CloudwaysCall): Promise<Plan> {
  if (input.tab === 'mysql' && input.ip_policy !== undefined)
    throw new Fault('GH_INVALID_INPUT', 'ip_policy is for sftp only.');
  const { ip_list: before, policy } = await whitelist(call, input.server_id, input.tab);
  return {
    change: changeOf(before, input.ips, input.mode),
    policy: { before: policy, after: input.tab === 'sftp' ? (input.ip_policy ?? policy) : undefined },
  };
}

async function planWhitelist(input: WhitelistChange, call: CloudwaysCall) {
  const { change, policy } = await planned(input, call);
  const { before = null, after = null } = policy;
  return [
    ...plannedOf(
      change,
      input.tab === 'mysql' ? 'address that reaches the database' : 'address that gets in by SSH and SFTP',
    ),
    ...(before === after ? [] : [{ what: 'everybody else', before, after }]),
  ];
}

async function updateWhitelist(input: WhitelistChange, call: CloudwaysCall) {
  const { server_id, tab: which } = input;
  const limits = { signal: call.signal, deadline: call.deadline - 3_000 };
  return call.state.queue.run(
    `addresses of ${server_id}`,
    async () => {
      const plan = await planned(input, call);
      demandNamed(plan.change, input.mode, input.removes);
      guardOwn(plan, input, call);
      await ask(call, {
        method: 'POST',
        path: '/security/whitelisted',
        fields: {
          server_id,
          tab: which,
          ip: plan.change.after,
          type: whitelistType(which),
          ipPolicy: plan.policy.after,
        },
        purpose: 'Changing the list of addresses',
      });
      const { ip_list: now } = await whitelist(call, server_id, which);
      const verified = plan.change.after.every(one => now.includes(one)) && now.length === plan.change.after.length;
      return {
        ...plan.change,
        ...(plan.policy.after === undefined ? {} : { policy: plan.policy.after }),
        verified,
        message: verified
          ? 'The list is changed.'
          : `The list is now ${now.join(', ') || 'empty'}, which is not what was sent.`,
      };
    },
    limits,
  );
}

/** Who would shut themselves out types so. Throws `GH_INVALID_INPUT`; nothing was sent then. */
function guardOwn({ change, policy }: Plan, input: WhitelistChange, call: CloudwaysCall): void {
  const own = [...ownAddresses(call), ...(input.own_ip === undefined ? [] : [input.own_ip])];
  const closing = policy.after === 'block_all' && policy.before !== 'block_all';
  const lost = own.filter(one => change.removed.includes(one) || (closing && !change.after.includes(one)));
  const [first] = lost;
  if (first === undefined || input.confirm === `shut out ${first}`) return;
  throw new Fault(
    'GH_INVALID_INPUT',
    `Nothing was changed: ${first} is the person's own address and would be shut out.`,
    {
      hint: `If they want that, let them type "shut out ${first}" themselves, and call again with it as confirm.`,
      fields: { ...change, own_address: first, confirm_with: `shut out ${first}` },
    },
  );
}

function ownAddresses(call: CloudwaysCall): string[] {
  const { ownAddresses: given } = call.settings;
  return Array.isArray(given)
    ? given.map(String)
    : String(given ?? '')
        .split(/[\s,]+/)
        .filter(Boolean);
}
