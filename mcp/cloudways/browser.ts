import * as z from 'zod';
import type { BrowserSignIn } from '../kit/index.ts';
import type { Cloudways } from './api.ts';
import { credentialOf } from './auth.ts';

/** Fact sheet §4.1: the shape of an e-mail, and a key of 20 to 200 characters. */
const email = z.email();
const KEY = /^\S{20,200}$/;

/** The sign-in in a browser that the original had (§4). What is typed is used once; only the token of an hour is kept, in memory. */
export const browser: BrowserSignIn<Cloudways> = {
  form: {
    title: 'Sign in at Cloudways',
    explanation:
      'With the e-mail and the API key of the account, or with an access token (begins with cw_) and no e-mail. The key is sent to Cloudways once and then forgotten; the token it gives is kept in memory for an hour. An access token is kept in memory until the server ends. Nothing is written to disk unless you agree to it here.',
    fields: [
      { name: 'email', label: 'E-mail', kind: 'email', required: false },
      { name: 'secret', label: 'API key or access token', kind: 'password', required: true },
    ],
    check({ email: who = '', secret = '' }) {
      if (!KEY.test(secret)) return 'The key must have 20 to 200 characters and no blanks.';
      if (credentialOf(who, secret)?.kind === 'access-token') return undefined;
      return email.safeParse(who).success ? undefined : 'This is not an e-mail address.';
    },
  },
  ready: ({ auth }) => auth.ready(),
  async signIn({ auth }, { email: who = '', secret = '' }, keep) {
    const credential = credentialOf(who, secret);
    if (credential?.kind === 'access-token') {
      await auth.prove(credential.token);
      await auth.use(credential);
      return undefined;
    }
    const token = await auth.exchange(who, secret);
    await auth.use(keep ? { kind: 'api-key', email: who, key: secret } : { kind: 'session', email: who, token });
    return undefined;
  },
};
