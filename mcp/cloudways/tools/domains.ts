import * as z from 'zod';
import { Fault, secret } from '../../kit/index.ts';
import { ask, type CloudwaysCall, forgetServers } from '../api.ts';
import { OWN_SSL_PATHS } from '../unsure.ts';
import { dnsActions } from './dns.ts';
import { action, email, enabled, hostname, operation, SA, tool, WRITE_ROLES, write } from './shared.ts';

const wildCard = z.boolean().default(false).describe('a wildcard certificate, after verify_wildcard_dns');
const pem = (what: string) =>
  z
    .string()
    .max(60_000)
    .regex(new RegExp(`^\\s*-----BEGIN [A-Z ]*${what}-----[\\s\\S]+-----END [A-Z ]*${what}-----\\s*$`), 'must be PEM');
const wildcard = { ...SA, ssl_email: email, ssl_domain: hostname.describe('without the star') };
const wildcardFields = (input: {
  readonly server_id: string;
  readonly app_id: string;
  readonly ssl_email: string;
  readonly ssl_domain: string;
}) => ({
  ...input,
  wild_card: true,
});

export const domains = tool({
  name: 'domains',
  title: 'Certificates and DNS',
  description:
    'Certificates of applications, and domains at DNS Made Easy (an add-on). For a wildcard: create_wildcard_dns, verify_wildcard_dns, then install_letsencrypt.',
  actions: {
    install_ssl_certificate: action({
      description: 'Installs a bought certificate, in place of the one that is there.',
      effect: 'write',
      scopes: WRITE_ROLES,
      idempotent: true,
      input: {
        ...SA,
        certificate: pem('CERTIFICATE').describe('PEM, with its chain'),
        private_key: secret(pem('PRIVATE KEY')).describe('PEM'),
        key_password: secret(z.string().max(200)).optional(),
      },
      run: install,
    }),
    remove_ssl_certificate: operation({
      description: 'Removes a bought certificate: visitors get a warning.',
      effect: 'destructive',
      input: SA,
      method: 'DELETE',
      path: '/security/removeCustomSSL',
      idempotent: true,
      done: 'The certificate is being removed.',
    }),
    install_letsencrypt: operation({
      description: 'Gets and installs a certificate of Let’s Encrypt. The domains must point to the server already.',
      input: { ...SA, ssl_email: email, ssl_domains: z.array(hostname).min(1).max(100), wild_card: wildCard },
      path: '/security/lets_encrypt_install',
      idempotent: true,
      done: 'The certificate is being installed.',
    }),
    renew_letsencrypt: operation({
      description: 'Renews the certificate of Let’s Encrypt now.',
      input: {
        ...SA,
        wild_card: wildCard,
        ssl_email: email.optional().describe('needed for a wildcard'),
        domain: hostname.optional(),
      },
      path: '/security/lets_encrypt_manual_renew',
      fields: input => {
        if (input.wild_card && input.ssl_email === undefined)
          throw new Fault('GH_INVALID_INPUT', 'renew_letsencrypt needs ssl_email for a wildcard.');
        return input;
      },
      idempotent: true,
      done: 'The certificate is being renewed.',
    }),
    set_letsencrypt_auto_renewal: write({
      description: 'Switches automatic renewal of the certificate of Let’s Encrypt.',
      input: { ...SA, enabled },
      aliases: { auto_renewal: 'enabled' },
      path: '/security/lets_encrypt_auto',
      fields: input => ({ server_id: input.server_id, app_id: input.app_id, auto: input.enabled }),
      idempotent: true,
      done: 'Automatic renewal is switched.',
    }),
    revoke_letsencrypt: operation({
      description: 'Revokes the certificate of Let’s Encrypt: visitors get a warning.',
      effect: 'destructive',
      input: { ...SA, ssl_domain: hostname, wild_card: wildCard },
      path: '/security/lets_encrypt_revoke',
      idempotent: true,
      done: 'The certificate is being revoked.',
    }),
    create_wildcard_dns: write({
      description: 'Asks which DNS record proves a domain for a wildcard certificate.',
      input: wildcard,
      path: '/security/createDNS',
      fields: wildcardFields,
      idempotent: true,
      done: 'Create the record that is named, then call verify_wildcard_dns.',
    }),
    ...dnsActions,
    verify_wildcard_dns: write({
      description: 'Has the DNS record of a wildcard certificate checked.',
      input: wildcard,
      path: '/security/verifyDNS',
      fields: wildcardFields,
      idempotent: true,
      done: 'Cloudways looked at the record.',
    }),
  },
});

interface Bought {
  readonly server_id: string;
  readonly app_id: string;
  readonly certificate: string;
  readonly private_key: string;
  readonly key_password?: string | undefined;
}

/** The path is not sure: the first that Cloudways knows is used, and remembered (§3.6 note a). */
async function install({ certificate, private_key, key_password, ...ids }: Bought, call: CloudwaysCall) {
  const { state } = call;
  const paths = state.ownSslPath === undefined ? OWN_SSL_PATHS : [state.ownSslPath];
  for (const path of paths) {
    try {
      const fields = { ...ids, ssl_crt: certificate, ssl_key: private_key, password: key_password };
      await ask(call, { method: 'POST', path, fields, purpose: 'Installing the certificate' });
      state.ownSslPath = path;
      await forgetServers(call);
      return { message: 'The certificate is installed.' };
    } catch (error) {
      const unknown = error instanceof Fault && error.fields.unknown_path === path;
      if (!unknown || path === paths.at(-1)) throw error;
    }
  }
  throw new Fault('GH_VENDOR_ANSWER', 'Cloudways knows no path for certificates.');
}
