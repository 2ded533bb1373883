import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT_ID, DEMO_EMAIL, DEMO_PASSWORD, ISSUER, POOL_ID } from './cognito.ts';
import { type Sandbox, startDemonstration, startSandbox } from './index.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ scanMs: 1, gatewayMs: 40 });
});
afterAll(() => sandbox.close());

type Body = Readonly<Record<string, unknown>>;

async function cognito(flow: string, parameters: object, headers: Record<string, string> = {}, of = sandbox) {
  const answer = await fetch(`${of.url}/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
      ...headers,
    },
    body: JSON.stringify({ AuthFlow: flow, ClientId: CLIENT_ID, AuthParameters: parameters }),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Body };
}

const byPassword = (password = DEMO_PASSWORD, email = DEMO_EMAIL, of = sandbox) =>
  cognito('USER_PASSWORD_AUTH', { USERNAME: email, PASSWORD: password }, {}, of);

async function tokens(of = sandbox): Promise<Readonly<Record<string, string>>> {
  return (await byPassword(DEMO_PASSWORD, DEMO_EMAIL, of)).body.AuthenticationResult as Record<string, string>;
}

async function api(
  path: string,
  { of = sandbox, token = '', body }: { of?: Sandbox; token?: string; body?: object } = {},
) {
  const authorization = token || `Bearer ${(await tokens(of)).IdToken}`;
  const answer = await fetch(of.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Body };
}

const claimsOf = (token: string): Body => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

describe('Cognito', () => {
  it('answers five members at a sign-in, and no refresh token at a refresh', async () => {
    const { AuthenticationResult } = (await byPassword()).body as Record<string, Record<string, string>>;
    expect(Object.keys(AuthenticationResult ?? {}).sort()).toEqual([
      'AccessToken',
      'ExpiresIn',
      'IdToken',
      'RefreshToken',
      'TokenType',
    ]);
    const { body } = await cognito('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: AuthenticationResult?.RefreshToken });
    expect(body.AuthenticationResult).toMatchObject({ ExpiresIn: 3_600 });
    expect(body.AuthenticationResult).not.toHaveProperty('RefreshToken');
  });

  it('signs tokens with the claims of the vendor, and shows its public key', async () => {
    const { IdToken = '', AccessToken = '' } = await tokens();
    expect(claimsOf(IdToken)).toMatchObject({ iss: ISSUER, aud: CLIENT_ID, token_use: 'id', email: DEMO_EMAIL });
    expect(claimsOf(AccessToken)).toMatchObject({ client_id: CLIENT_ID, token_use: 'access' });
    const keys = await fetch(`${sandbox.url}/${POOL_ID}/.well-known/jwks.json`).then(answer => answer.json());
    expect(keys).toMatchObject({ keys: [{ kty: 'RSA', alg: 'RS256' }] });
  });

  it('says errors as 400 with their type in body and header', async () => {
    const { status, headers, body } = await byPassword('wrong');
    expect(status).toBe(400);
    expect(headers.get('x-amzn-errortype')).toBe('NotAuthorizedException:');
    expect(body).toEqual({ __type: 'NotAuthorizedException', message: 'Incorrect username or password.' });
    const plain = await cognito('USER_PASSWORD_AUTH', {}, { 'content-type': 'application/json' });
    expect(plain.status).toBe(400);
  });

  it('answers a temporary password with 200 and a challenge', async () => {
    const { status, body } = await byPassword('Temp0rary!pass', 'new@acme.test');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      ChallengeParameters: { requiredAttributes: '[]', userAttributes: '{"email":"new@acme.test"}' },
    });
    expect(body).not.toHaveProperty('AuthenticationResult');
  });

  it('locks after five failures, ever longer, and forgets after 15 idle minutes', async () => {
    await using own = await startSandbox();
    const message = async (password?: string) => (await byPassword(password, DEMO_EMAIL, own)).body.message;
    for (let failure = 0; failure < 5; failure++) expect(await message('wrong')).toContain('Incorrect');
    expect(await message()).toBe('Password attempts exceeded');
    own.advance(1);
    expect(await message('wrong')).toContain('Incorrect');
    own.advance(1);
    expect(await message()).toBe('Password attempts exceeded');
    own.advance(1);
    expect(await message()).toBeUndefined();
  });
});

describe('the gateway', () => {
  it('takes the token bare and with Bearer, also an access token', async () => {
    const { IdToken = '', AccessToken = '' } = await tokens();
    for (const token of [IdToken, `Bearer ${IdToken}`, `Bearer ${AccessToken}`])
      expect((await api('/customers', { token })).status).toBe(200);
  });

  it('refuses a token that is forged or over, with the reason in a header', async () => {
    const { IdToken = '' } = await tokens();
    const forged = `${IdToken.split('.').slice(0, 2).join('.')}.AAAA`;
    const answer = await api('/customers', { token: forged });
    expect(answer).toMatchObject({ status: 401, body: { message: 'Unauthorized' } });
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect(answer.headers.get('apigw-requestid')).not.toBeNull();
    await using own = await startSandbox({ expiresIn: 10 });
    const token = (await tokens(own)).IdToken ?? '';
    own.advance(11);
    expect((await api('/customers', { of: own, token })).headers.get('www-authenticate')).toContain('expired');
  });

  it('knows no route for rules unless told, and no other', async () => {
    for (const path of ['/config/rules', '/rules', '/nothing'])
      expect(await api(path)).toMatchObject({ status: 404, body: { message: 'Not Found' } });
  });
});

describe('a demonstration', () => {
  it('has the route for rules that the original calls', async () => {
    await using demonstration = await startDemonstration();
    expect(await api('/config/rules', { of: demonstration })).toMatchObject({ status: 200 });
  });
});

describe('the platform', () => {
  const resources = async (query: string) => {
    const { body } = await api(`/resources?tenant_id=acme-corp&${query}`);
    return body.resources as readonly Body[];
  };

  it('wants one filter for resources, and takes the first that it knows', async () => {
    expect((await api('/resources?tenant_id=acme-corp')).body).toEqual({ error: expect.stringContaining('one of') });
    const both = await resources('resource_type=AWS::IAM::Policy&compliance_status=COMPLIANT&limit=1000');
    expect(new Set(both.map(row => row.resource_type)).size).toBeGreaterThan(1);
    expect(new Set(both.map(row => row.compliance_status))).toEqual(new Set(['COMPLIANT']));
  });

  it('orders rows by status newest first, by type the worst last', async () => {
    const times = (await resources('compliance_status=COMPLIANT&limit=1000')).map(row => String(row.last_evaluated));
    expect(times).toEqual([...times].sort().reverse());
    const drifts = (await resources('resource_type=AWS::S3::Bucket&limit=1000')).map(row => Number(row.drift_score));
    expect(drifts[0]).toBe(0);
    expect(drifts.at(-1)).toBe(Math.max(...drifts));
  });

  it('ends on a limit that is no integer, and ignores a severity', async () => {
    expect((await api('/resources?tenant_id=acme-corp&compliance_status=COMPLIANT&limit=50.5')).status).toBe(500);
    const { body } = await api('/findings?tenant_id=acme-corp&severity=CRITICAL&limit=100');
    expect(new Set((body.items as readonly Body[]).map(row => row.severity)).size).toBeGreaterThan(1);
  });

  it('pages findings by id, descending, to the end', async () => {
    const ids: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await api(`/findings?tenant_id=fleet-one&limit=100&cursor=${encodeURIComponent(cursor)}`);
      ids.push(...(body.items as readonly Body[]).map(row => String(row.finding_id)));
      if (typeof body.next_cursor !== 'string') break;
      cursor = body.next_cursor;
    }
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
    expect(ids).toHaveLength(363);
  });

  it('has the numbers of §4.2: a public bucket 0.6, the best bucket 0.2, the best group 0.4, a policy 0.2', async () => {
    const { body } = await api('/resources?tenant_id=customer-prod&compliance_status=NON_COMPLIANT&limit=1000');
    const drift = (end: string) =>
      (body.resources as readonly Body[]).find(row => String(row.arn).endsWith(end))?.drift_score;
    expect(['acme-invoices', 'acme-assets', 'read-invoices'].map(drift)).toEqual([0.6, 0.2, 0.2]);
    const { body: findings } = await api('/findings?tenant_id=customer-prod&limit=100');
    const row = (findings.items as readonly Body[]).find(one => one.resource_arn === 'arn:aws:s3:::acme-invoices');
    expect(row).toMatchObject({ severity: 'MEDIUM', rule_id: 'hierarchical-config', metadata: { num_differences: 6 } });
    expect(row?.differences).toContainEqual({ path: 'BucketName', actual: null, expected: 'acme-invoices' });
  });

  it('knows no metrics of who has no findings, and no current scan that was clean', async () => {
    expect(await api('/findings/metrics?tenant_id=fresh-start')).toMatchObject({
      status: 404,
      body: { error: expect.any(String) },
    });
    expect((await api('/findings/metrics?tenant_id=acme-corp&limit=21')).status).toBe(400);
    const { body } = await api('/findings/metrics?tenant_id=xyz-staging');
    expect(body.timeline).toHaveLength(2);
  });

  it('goes on scanning when the gateway has given up', async () => {
    await using own = await startSandbox({ scanMs: 5_000, gatewayMs: 20 });
    const role_arn = 'arn:aws:iam::222233334444:role/CloudGoldenGuardAuditRole';
    const body = { tenant_id: 'acme-corp', role_arn, account_id: '222233334444' };
    const before = own.store.resources.get('acme-corp')?.length ?? 0;
    expect(await api('/scan', { of: own, body })).toMatchObject({
      status: 503,
      body: { message: 'Service Unavailable' },
    });
    expect(own.runningScans).toBe(1);
    own.advance(6);
    expect(own.runningScans).toBe(0);
    expect(own.store.resources.get('acme-corp')).toHaveLength(before + 8);
  });
});
