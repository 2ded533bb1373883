import { gitDate } from './demo-data.ts';
import { del, type Family, get, nothing, post, SA } from './endpoints.ts';
import { appOf, check, isTrue, listOf } from './requests.ts';
import type { App, Vendor, Visit } from './world.ts';

/** Certificates and Git. */
export const delivery: Family = vendor => [...certificates(vendor), ...git(vendor)];

const certificates = (vendor: Vendor) => {
  const { world, operations, switches } = vendor;
  const at = ({ fields }: Visit) => appOf(world, fields);
  const work = (visit: Visit, type: string, domains: readonly string[], end: (one: App) => void) => {
    const one = at(visit);
    const ended = () => {
      if (domains.some(domain => domain.endsWith('.invalid')))
        return { failure: 'The domain does not point to this server.' };
      end(one);
      return undefined;
    };
    return operations.start({ type, seconds: 60, server: one.server_id, app: one.id, end: ended });
  };
  const install = (path: 'ownSSL' | 'own_ssl') =>
    switches.current.ownSslPath === path
      ? [
          post(`/security/${path}`, { ...SA, ssl_crt: 'text', ssl_key: 'text', 'password?': 'text' }, visit => {
            at(visit).hidden.customSsl = true;
            return nothing(vendor);
          }),
        ]
      : [];
  const wildcard = { ...SA, ssl_email: 'email', wild_card: 'bool', ssl_domain: 'text' } as const;
  return [
    ...install('ownSSL'),
    ...install('own_ssl'),
    del('/security/removeCustomSSL', SA, visit => ({
      operation_id: work(visit, 'remove_ssl', [], one => {
        one.hidden.customSsl = false;
      }),
    })),
    post(
      '/security/lets_encrypt_install',
      { ...SA, ssl_email: 'email', ssl_domains: 'domains', wild_card: 'bool' },
      visit => {
        const domains = listOf(visit.fields.ssl_domains);
        const wanted = { ssl_domains: domains, ssl_email: visit.fields.ssl_email, auto: true, type: 'lets_encrypt' };
        return {
          operation_id: work(visit, 'install_ssl', domains, one => {
            one.lets_encrypt = { ...wanted, wild_card: isTrue(visit.fields.wild_card) };
          }),
        };
      },
    ),
    post(
      '/security/lets_encrypt_manual_renew',
      { ...SA, wild_card: 'bool', 'ssl_email?': 'email', 'domain?': 'text' },
      visit => {
        if (isTrue(visit.fields.wild_card)) check({ ssl_email: 'email' }, visit.fields, world);
        return { operation_id: work(visit, 'renew_ssl', [], () => undefined) };
      },
    ),
    post('/security/lets_encrypt_auto', { ...SA, auto: 'bool' }, visit => {
      const one = at(visit);
      if (one.lets_encrypt !== null) one.lets_encrypt = { ...one.lets_encrypt, auto: isTrue(visit.fields.auto) };
      return nothing(vendor);
    }),
    post('/security/lets_encrypt_revoke', { ...SA, ssl_domain: 'text', wild_card: 'bool' }, visit => ({
      operation_id: work(visit, 'revoke_ssl', [String(visit.fields.ssl_domain)], one => {
        one.lets_encrypt = null;
      }),
    })),
    post('/security/createDNS', wildcard, ({ fields }) => ({
      wildcard_ssl: { message: `Create a CNAME for _acme-challenge.${fields.ssl_domain}`, status: true },
    })),
    post('/security/verifyDNS', wildcard, visit => ({
      wildcard_ssl: {
        message: 'DNS verified',
        status: true,
        wildcard: {
          app_prefix: at(visit).app_fqdn,
          auto: true,
          is_installed: false,
          is_verified: true,
          ssl_domains: [visit.fields.ssl_domain],
          ssl_email: visit.fields.ssl_email,
          type: 'wc',
        },
      },
    })),
  ];
};

const git = (vendor: Vendor) => {
  const { world, operations } = vendor;
  const at = ({ fields }: Visit) => appOf(world, fields);
  const deploy = (type: string, seconds: number) => (visit: Visit) => {
    const one = at(visit);
    const { branch_name: branch, deploy_path: path } = visit.fields;
    const url = visit.fields.git_url ?? one.hidden.gitHistory[0]?.git_url ?? null;
    const end = () => {
      const broken = branch === 'broken';
      one.hidden.gitHistory.unshift({
        git_url: url,
        branch_name: branch,
        customer_id: '220011',
        path: path === '' ? null : path,
        result: broken ? '0' : '1',
        datetime: gitDate(vendor.now()),
        description: broken ? 'merge conflict' : 'deployed',
      });
      return broken ? { failure: 'Git could not merge the branch.' } : undefined;
    };
    return { operation_id: operations.start({ type, seconds, server: one.server_id, app: one.id, end }) };
  };
  return [
    post('/git/generateKey', SA, visit => {
      at(visit).hidden.gitKey = `ssh-rsa AAAAB3NzaC1yc2E${vendor.newId()} cloudways`;
      return nothing(vendor);
    }),
    get('/git/key', SA, visit => ({ key: at(visit).hidden.gitKey ?? '' })),
    post(
      '/git/clone',
      { ...SA, git_url: 'text', branch_name: 'text', 'deploy_path?': 'text' },
      deploy('git_clone', 40),
    ),
    post('/git/pull', { ...SA, branch_name: 'text', 'deploy_path?': 'text' }, deploy('git_pull', 20)),
    get('/git/history', SA, visit => ({ logs: at(visit).hidden.gitHistory })),
    get('/git/branchNames', { ...SA, git_url: 'text' }, () => ({ branches: ['main', 'staging'] })),
  ];
};
