import * as z from 'zod';
import { definesFor, Fault, secret, withContent } from '../../kit/index.ts';
import { change, type Dpod, type DpodCall, getItem, getJson, getPage, given, page, size, uuid } from '../api.ts';
import { instant } from '../dates.ts';
import { AO, SP } from '../scopes.ts';

const { action, tool } = definesFor<Dpod>();

const tenantId = uuid.describe('UUID of the tenant');
const serviceType = z.string().max(255).optional();
const forwardedHost = z
  .string()
  .max(253)
  .optional()
  .describe('host name whose logo is meant, when no tenant_id is given');
const name = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[^,]*$/, 'must not contain a comma');
const quota = z.int().min(0).max(2_147_483_647).optional().describe('2147483647 means unlimited');
const department = z.string().max(32).optional();

const read = (call: DpodCall, path: string, purpose: string) => getItem(call, path, purpose);

export const tenants = tool({
  name: 'manage_tenants',
  title: 'Tenants',
  description: 'Tenants of a service provider.',
  actions: {
    list: action({
      description: 'Lists tenants.',
      effect: 'read',
      scopes: [SP],
      input: { page, size, status: z.string().max(40).optional(), parent_id: uuid.optional() },
      async run(input, call) {
        const found = await getPage(call, '/v1/tenants', 'Listing tenants', {
          page: input.page,
          size: input.size,
          status: input.status,
          parentId: input.parent_id,
        });
        const { items, number, size: shown, totalElements, totalPages } = found;
        return { content: items, number, size: shown, totalElements, totalPages };
      },
    }),
    get: action({
      description: 'Shows one tenant.',
      effect: 'read',
      scopes: [SP],
      input: { tenant_id: tenantId },
      run: ({ tenant_id }, call) => read(call, `/v1/tenants/${tenant_id}`, 'Reading the tenant'),
    }),
    create: action({
      description: 'Creates a tenant; its administrator gets an e-mail to confirm.',
      effect: 'write',
      flags: ['contactsPeople'],
      scopes: [SP],
      input: {
        name,
        company_name: z.string().min(3).max(255),
        billing_address: z
          .looseObject({ country: z.string().min(2) })
          .describe('with country; street, city, state, postal_code where they are needed'),
        account_type: z.enum(['subscriber', 'service provider']).default('subscriber'),
        hostname: z.string().min(2).max(24),
        admin_given_name: z.string().min(1),
        admin_family_name: z.string().min(1),
        admin_email: z.email(),
        admin_phone_number: z.string().min(3),
        department_name: department,
        service_quota: quota,
        admin_password: secret(z.string().min(8)).optional(),
      },
      async run(input, call) {
        const json = given({
          name: input.name,
          companyName: input.company_name,
          departmentName: input.department_name,
          billingAddress: input.billing_address,
          accountType: input.account_type,
          serviceQuota: input.service_quota,
          hostname: input.hostname,
          admin: given({
            givenName: input.admin_given_name,
            familyName: input.admin_family_name,
            email: input.admin_email,
            phoneNumber: input.admin_phone_number,
            password: input.admin_password,
          }),
        });
        const { body } = await change(call, 'POST', '/v1/tenants', 'Creating the tenant', { json });
        return { tenant: body ?? null, message: 'The tenant is created; its administrator must confirm by e-mail.' };
      },
    }),
    update: action({
      description: 'Changes a tenant.',
      effect: 'write',
      scopes: [SP],
      input: {
        tenant_id: tenantId,
        name: name.optional(),
        company_name: z.string().min(3).max(255).optional(),
        department_name: department,
        service_quota: quota,
        description: z.string().max(1_000).optional(),
        configuration: z.looseObject({}).optional().describe('further fields by the vendor’s names'),
      },
      async run({ tenant_id, ...input }, call) {
        const json = {
          ...given({
            name: input.name,
            companyName: input.company_name,
            departmentName: input.department_name,
            serviceQuota: input.service_quota,
            description: input.description,
          }),
          ...input.configuration,
        };
        if (Object.keys(json).length === 0)
          throw new Fault('GH_INVALID_INPUT', 'update needs at least one field to change.');
        const { body } = await change(call, 'PATCH', `/v1/tenants/${tenant_id}`, 'Changing the tenant', { json });
        return { tenant: body ?? null, message: 'The tenant is changed.' };
      },
    }),
    delete: action({
      description: 'Deletes a tenant with all its services and users.',
      effect: 'destructive',
      scopes: [SP],
      input: { tenant_id: tenantId, force: z.boolean().default(false) },
      async run({ tenant_id, force }, call) {
        const { status } = await change(
          call,
          'DELETE',
          `/v1/tenants/${tenant_id}`,
          'Deleting the tenant',
          force ? { query: { force: true } } : {},
        );
        return {
          message: status === 202 ? 'DPoD is deleting the tenant.' : 'The tenant is deleted.',
          tenant_id,
          http_status: status,
        };
      },
    }),
    get_usage: action({
      description: 'Usage of a tenant in a time.',
      effect: 'read',
      scopes: [SP],
      input: { tenant_id: tenantId, start_date: z.string().min(8).max(40), end_date: z.string().min(8).max(40) },
      async run(input, call) {
        const [from, to] = [instant(input.start_date, false, 'start_date'), instant(input.end_date, true, 'end_date')];
        const usage = await getJson(call, '/v1/tenants/usageDetails', 'Reading the usage', {
          tenantId: input.tenant_id,
          startDate: from.toISOString(),
          endDate: to.toISOString(),
        });
        return { usage, tenant_id: input.tenant_id, period: `${input.start_date} to ${input.end_date}` };
      },
    }),
    get_settings: action({
      description: 'Shows the settings for tenants.',
      effect: 'read',
      scopes: [SP],
      input: {},
      run: (_input, call) => read(call, '/v1/tenants/settings', 'Reading the settings'),
    }),
    update_settings: action({
      description: 'Changes the settings for tenants.',
      effect: 'write',
      scopes: [SP],
      input: { settings: z.looseObject({}).describe('such as automaticTenantOnboarding') },
      async run({ settings }, call) {
        const { body } = await change(call, 'PATCH', '/v1/tenants/settings', 'Changing the settings', {
          json: settings,
        });
        return { settings: body ?? settings };
      },
    }),
    get_hierarchy: action({
      description: 'Shows the tree of tenants.',
      effect: 'read',
      scopes: [SP],
      input: {},
      run: async (_input, call) => ({
        hierarchy: await getJson(call, '/v1/tenants/hierarchy', 'Reading the hierarchy'),
      }),
    }),
    get_admin: action({
      description: 'Shows the administrator of a tenant.',
      effect: 'read',
      scopes: [SP],
      input: { tenant_id: tenantId },
      run: ({ tenant_id }, call) => read(call, `/v1/tenants/${tenant_id}/admin`, 'Reading the administrator'),
    }),
    get_children: action({
      description: 'Lists the tenants below a tenant.',
      effect: 'read',
      scopes: [SP],
      input: { tenant_id: tenantId },
      run: async ({ tenant_id }, call) => ({
        children: await getJson(call, `/v1/tenants/${tenant_id}/children`, 'Reading the children'),
      }),
    }),
    get_hostname: action({
      description: 'Shows the host name of a tenant.',
      effect: 'read',
      scopes: [SP],
      input: { tenant_id: tenantId },
      async run({ tenant_id }, call) {
        const answer = await call.http.send({
          path: `/v1/tenants/${tenant_id}/hostname`,
          headers: { accept: 'text/plain, application/json' },
          purpose: 'Reading the host name',
        });
        return { hostname: unquoted(answer.text) };
      },
    }),
    get_quotas: action({
      description: 'Shows how many services a tenant may have, and has.',
      effect: 'read',
      scopes: [SP, AO],
      input: { tenant_id: tenantId },
      run: ({ tenant_id }, call) => read(call, `/v1/tenants/${tenant_id}/quotas`, 'Reading the quotas'),
    }),
    get_services_summary: action({
      description: 'Counts services of all tenants.',
      effect: 'read',
      scopes: [SP],
      input: { service_type: serviceType },
      run: async ({ service_type }, call) => ({
        summary: await getJson(call, '/v1/tenants/servicesSummary', 'Reading the summary', {
          serviceType: service_type,
        }),
      }),
    }),
    get_services_summary_file: action({
      description: 'The same as CSV.',
      effect: 'read',
      scopes: [SP],
      input: { service_type: serviceType },
      async run({ service_type }, call) {
        const answer = await call.http.send({
          path: '/v1/tenants/servicesSummaryFile',
          query: { serviceType: service_type },
          headers: { accept: 'text/csv, application/json' },
          purpose: 'Reading the summary',
        });
        return { file_content: answer.text, content_type: answer.headers.get('content-type') };
      },
    }),
    get_logo: action({
      description: 'Shows the logo of a tenant, or of a host name.',
      effect: 'read',
      scopes: [SP],
      input: { tenant_id: tenantId.optional(), forwarded_host: forwardedHost },
      async run({ tenant_id, forwarded_host }, call) {
        const answer = await call.http.send({
          path: tenant_id === undefined ? '/v1/tenants/logo' : `/v1/tenants/${tenant_id}/logo`,
          headers: {
            accept: 'image/png',
            ...(forwarded_host === undefined ? {} : { 'x-forwarded-host': forwarded_host }),
          },
          purpose: 'Reading the logo',
        });
        const data = Buffer.from(answer.bytes).toString('base64');
        const type = answer.headers.get('content-type') ?? 'image/png';
        return withContent({ content_type: type, size_bytes: answer.bytes.length }, [
          { type: 'image', data, mimeType: type.split(';')[0] ?? type },
        ]);
      },
    }),
    set_logo: action({
      description: 'Replaces the logo of a tenant.',
      effect: 'write',
      scopes: [SP],
      input: {
        tenant_id: tenantId,
        logo_data: z.base64().describe('a PNG of 240 × 96 pixels and at most 512 KB, as base64'),
      },
      async run({ tenant_id, logo_data }, call) {
        const png = Buffer.from(logo_data, 'base64');
        checkLogo(png);
        await change(call, 'PUT', `/v1/tenants/${tenant_id}/logo`, 'Replacing the logo', {
          body: png,
          headers: { 'content-type': 'image/png' },
        });
        return { message: 'The logo is replaced.' };
      },
    }),
  },
});

/** §7 row 36: the body is text, or a JSON string. */
function unquoted(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('"')) return trimmed;
  try {
    return String(JSON.parse(trimmed));
  } catch {
    return trimmed;
  }
}

/** §3.5: PNG, exactly 240 × 96, at most 512 KB. Width and height stand at fixed places of the header chunk. */
function checkLogo(png: Buffer): void {
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  if (png.length < 24 || !png.subarray(0, 8).equals(magic))
    throw new Fault('GH_INVALID_INPUT', 'logo_data is not a PNG.');
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  if (width !== 240 || height !== 96)
    throw new Fault('GH_INVALID_INPUT', `logo_data is ${width} × ${height} pixels; it must be 240 × 96.`);
  if (png.length > 512 * 1024)
    throw new Fault('GH_INVALID_INPUT', `logo_data has ${Math.ceil(png.length / 1_024)} KB; at most 512 are taken.`);
}
