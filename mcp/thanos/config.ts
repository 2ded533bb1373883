import { Fault, type Settings } from '../kit/index.ts';

export interface Config {
  /** Without a slash at the end. */
  readonly apiUrl: string;
  readonly userPoolId: string;
  readonly clientId: string;
  /** Text before the first `_` of the pool's id; never assumed. */
  readonly region: string;
  readonly cognitoUrl: string;
}

/** Fact sheet §0. Several middle parts: `us-gov-west-1` is a region too (§5 row 16). */
const POOL_ID = /^([a-z]{2}(?:-[a-z]+)+-\d)_[0-9A-Za-z]+$/;
const CLIENT_ID = /^[\w+]{1,128}$/;

const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

/** What the settings say, right or wrong; `problemOf` tells which. */
export function configOf(settings: Settings): Config {
  const userPoolId = text(settings.userPoolId);
  const region = POOL_ID.exec(userPoolId)?.[1] ?? '';
  return {
    apiUrl: text(settings.apiUrl).replace(/\/+$/, ''),
    userPoolId,
    clientId: text(settings.clientId),
    region,
    cognitoUrl: text(settings.cognitoUrl) || `https://cognito-idp.${region || 'invalid'}.amazonaws.com/`,
  };
}

/** A setting that cannot be right: Cognito would be asked at a host that does not exist. */
export function problemOf({ region, clientId }: Config): Fault | undefined {
  const wrong = (message: string, hint: string): Fault =>
    new Fault('GH_SIGN_IN', message, { hint, fields: { reason: 'misconfigured' } });
  if (region === '')
    return wrong('The user pool id is no such id.', 'It looks like us-west-2_AbCdEf123: the region, _, and letters.');
  if (!CLIENT_ID.test(clientId))
    return wrong(
      'The app client id is no such id.',
      'It has up to 128 letters and digits; the pool lists its clients.',
    );
  return undefined;
}
