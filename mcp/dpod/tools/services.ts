import * as z from 'zod';
import { definesFor, Fault, poll, saveFile, secret } from '../../kit/index.ts';
import {
  change,
  type Dpod,
  type DpodCall,
  findService,
  getAll,
  getItem,
  getPage,
  given,
  type Item,
  isUuid,
  page,
  pageFields,
  pick,
  refuseHtml,
  serviceIdOf,
  size,
  uuid,
} from '../api.ts';
import { AO, SP_SERVICES, SV } from '../scopes.ts';

const { action, tool } = definesFor<Dpod>();

const TENANT = [AO, SP_SERVICES];
const USERS = [AO, SV, SP_SERVICES];

/** §3.1: types whose createParams take a `deviceType`. */
const HSM_TYPES = [
  'hsm',
  'key_vault',
  'luna_hsm_backup',
  'hsm_key_export',
  'ms_sql_server',
  'java_code_sign',
  'ms_authenticode',
  'ms_adcs',
  'pki_private_key_protection',
  'digital_signing',
  'oracle_tde_database',
  'hyperledger',
  'luna_dke',
  'cyberark_digital_vault',
];
const HSM_PLANS = ['single_hsm', 'dual_hsm', 'multi_hsm', 'trial'];
const CLUSTERS = ['gcp-us-east1', 'gcp-europe-west3'];

const serviceId = z.string().min(1).describe('UUID or name of the service');
const clientId = z.string().min(1).describe('UUID or exact name of the client');
const serviceType = z.string().min(1).max(255).describe('such as key_vault, hsm or ctaas; list_types names them');
const name = z
  .string()
  .regex(
    /^(?!-)[A-Za-z0-9_-]{4,45}(?<!-)$/,
    'must be 4 to 45 letters, digits, hyphens or underscores, not starting or ending with a hyphen',
  )
  .describe('name of the new service');
const configuration = z
  .looseObject({
    cluster: z.enum(['gcp-us-east1', 'gcp-europe-west3']).optional(),
    initial_admin_password: secret(z.string().min(8)).optional(),
    tenant_rot_anchor: z.enum(['hsmod', 'softkek']).optional(),
    deviceType: z.enum(['cryptovisor', 'cryptovisor_fips']).optional(),
  })
  .describe('createParams of the vendor');

const binding = (id: string): string => `/v1/service_instances/${id}/bindings`;

export const services = tool({
  name: 'manage_services',
  title: 'Services',
  description: 'Service instances of DPoD and their clients.',
  actions: {
    list_services: action({
      description: 'Lists service instances.',
      effect: 'read',
      scopes: TENANT,
      input: { page, size, status: z.string().optional(), service_type: serviceType.optional() },
      async run(input, call) {
        const found = await getPage(
          call,
          '/v1/service_instances',
          'Listing services',
          given({ page: input.page, size: input.size, status: input.status, serviceType: input.service_type }) as never,
        );
        return { instances: found.items, ...pageFields(found) };
      },
    }),
    get_service_instance: action({
      description: 'Shows one service instance.',
      effect: 'read',
      scopes: USERS,
      input: { service_id: serviceId },
      async run({ service_id }, call) {
        const { id } = await findService(call, service_id);
        const instance = await getItem(call, `/v1/service_instances/${id}`, 'Reading the service');
        return { instance, resolved_uuid: id, original_identifier: service_id };
      },
    }),
    create_service_instance: action({
      description: 'Creates a service instance, which costs money. With wait, watches until it is ready.',
      effect: 'write',
      flags: ['costsMoney'],
      scopes: TENANT,
      input: {
        name,
        service_type: serviceType.optional(),
        tile_id: uuid.optional().describe('UUID of the tile, in place of service_type'),
        service_plan: z
          .string()
          .min(1)
          .max(255)
          .optional()
          .describe('single_hsm, dual_hsm, multi_hsm or trial for key_vault and hsm; Tenant for ctaas'),
        configuration: configuration.optional(),
        device_type: z
          .enum(['cryptovisor', 'cryptovisor_fips'])
          .optional()
          .describe('for HSM types; cryptovisor_fips unless told, which is the safer choice'),
        wait: z.boolean().default(false).describe('watch until it is ready, as long as the call may last'),
      },
      run: create,
    }),
    delete_service_instance: action({
      description: 'Deletes a service instance: its credentials stop working and its key material is lost for good.',
      effect: 'destructive',
      scopes: TENANT,
      input: { service_id: serviceId, force: z.boolean().default(false) },
      run: remove,
    }),
    list_categories: action({
      description: 'Lists the categories of services.',
      effect: 'read',
      scopes: null,
      anonymous: true,
      input: {},
      run: async (_input, call) => ({
        categories: await publicJson(call, '/v1/service_categories', 'Listing categories'),
      }),
    }),
    list_types: action({
      description: 'Lists the types of services.',
      effect: 'read',
      scopes: null,
      anonymous: true,
      input: {},
      run: async (_input, call) => ({ types: await publicJson(call, '/v1/service_types', 'Listing types') }),
    }),
    get_creation_example: action({
      description: 'Shows what create_service_instance wants for a type of service. Local, asks nobody.',
      effect: 'read',
      scopes: null,
      anonymous: true,
      input: { service_type: serviceType.optional() },
      run: async ({ service_type = 'key_vault' }) => example(service_type),
    }),
    bind_client: action({
      description:
        'Creates a client of a service. Its package holds live credentials; it is saved on this machine in the folder the user allowed, and never shown.',
      effect: 'write',
      flags: ['revealsSecret'],
      scopes: USERS,
      input: {
        service_id: serviceId,
        client_name: z.string().min(1).max(64),
        os_type: z.enum(['linux', 'windows']).default('linux'),
      },
      run: bind,
    }),
    list_service_clients: action({
      description: 'Lists the clients of a service.',
      effect: 'read',
      scopes: USERS,
      input: { service_id: serviceId, page, size },
      async run({ service_id, ...paging }, call) {
        const { id } = await findService(call, service_id);
        const found = await getPage(call, binding(id), 'Listing the clients', paging);
        return { clients: found.items, ...pageFields(found), resolved_uuid: id, original_identifier: service_id };
      },
    }),
    get_service_client: action({
      description: 'Shows one client of a service.',
      effect: 'read',
      scopes: USERS,
      input: { service_id: serviceId, client_id: clientId },
      async run({ service_id, client_id }, call) {
        const { id } = await findService(call, service_id);
        const client = await findClient(call, id, client_id);
        return {
          client: await getItem(call, `${binding(id)}/${client}`, 'Reading the client'),
          resolved_uuid: id,
          resolved_client_id: client,
          original_identifier: service_id,
          client_id,
        };
      },
    }),
    delete_service_client: action({
      description: 'Deletes a client of a service: whatever uses its credentials stops working.',
      effect: 'destructive',
      scopes: USERS,
      input: { service_id: serviceId, client_id: clientId },
      async run({ service_id, client_id }, call) {
        const { id } = await findService(call, service_id);
        const client = await findClient(call, id, client_id);
        const { status } = await change(call, 'DELETE', `${binding(id)}/${client}`, 'Deleting the client');
        return {
          message: 'The client is deleted.',
          deleted_client_id: client,
          resolved_uuid: id,
          original_identifier: service_id,
          http_status: status,
        };
      },
    }),
  },
});

interface Creation {
  readonly name: string;
  readonly service_type?: string | undefined;
  readonly tile_id?: string | undefined;
  readonly service_plan?: string | undefined;
  readonly configuration?: Readonly<Record<string, unknown>> | undefined;
  readonly device_type?: string | undefined;
  readonly wait: boolean;
}

async function create(input: Creation, call: DpodCall) {
  const { service_type: type } = input;
  if (type === undefined && input.tile_id === undefined)
    throw new Fault('GH_INVALID_INPUT', 'create_service_instance needs service_type or tile_id.');
  const plan = planOf(type, input.service_plan);
  const body = given({
    name: input.name,
    createParams: paramsOf(type, input),
    serviceType: type,
    servicePlan: plan,
    tileId: input.tile_id,
  });
  const { status, body: instance } = await change(call, 'POST', '/v1/service_instances', 'Creating the service', {
    json: body,
  }).catch((error: unknown) => {
    if (!(error instanceof Fault) || error.code !== 'GH_OUTCOME_UNKNOWN') throw error;
    throw new Fault(error.code, `${error.message} The service "${input.name}" may exist now.`, {
      ...(error.status === undefined ? {} : { status: error.status }),
      hint: `Check with list_services whether "${input.name}" is there before you create it again.`,
    });
  });
  if (instance === undefined)
    return { status: 'pending', message: `DPoD accepted it (${status}). list_services shows when it is there.` };
  if (!input.wait) return { instance, message: 'The service is being set up; get_service_instance shows its state.' };
  const id = serviceIdOf(instance);
  const seen = await watched(
    poll({
      ...call,
      firstMs: call.state.pollMs,
      maxMs: call.state.pollMs * 5,
      look: () => getItem(call, `/v1/service_instances/${id}`, 'Watching the new service'),
      done: service => !isPending(service),
      tell: (service, looks) => call.progress(looks, undefined, `state: ${String(service.status)}`),
    }),
  );
  return {
    instance: seen?.state ?? instance,
    message: seen?.done
      ? `The service is ${String(seen.state.status)}.`
      : `It is created and being set up. Ask get_service_instance for ${id} in a minute.`,
  };
}

/** What was done stays done when looking at it fails: `undefined`. */
async function watched<T>(watching: Promise<T>): Promise<T | undefined> {
  return watching.catch((error: unknown) => {
    if (error instanceof Fault && error.code !== 'GH_CANCELLED') return undefined;
    throw error;
  });
}

/** §6: the names of the states are not documented; these are the ones that mean "wait". */
function isPending(service: Item): boolean {
  return /pend|creat|progress|provision|start/i.test(String(service.status ?? ''));
}

function planOf(type: string | undefined, plan: string | undefined): string {
  if (type === 'ctaas') {
    if (plan !== undefined && plan !== 'Tenant')
      throw new Fault('GH_INVALID_INPUT', 'service_plan must be Tenant for ctaas.');
    return 'Tenant';
  }
  if (plan === undefined)
    throw new Fault(
      'GH_INVALID_INPUT',
      `service_plan is needed${isPlainHsm(type) ? `: ${HSM_PLANS.join(', ')}` : ''}.`,
    );
  if (isPlainHsm(type) && !HSM_PLANS.includes(plan))
    throw new Fault('GH_INVALID_INPUT', `service_plan must be one of: ${HSM_PLANS.join(', ')}.`);
  return plan;
}

function isPlainHsm(type: string | undefined): boolean {
  return type === 'key_vault' || type === 'hsm';
}

function paramsOf(type: string | undefined, input: Creation): Readonly<Record<string, unknown>> {
  const given = { ...input.configuration };
  if (type === 'ctaas') {
    if (typeof given.cluster !== 'string')
      throw new Fault('GH_INVALID_INPUT', `configuration.cluster is needed for ctaas: ${CLUSTERS.join(' or ')}.`);
    if (typeof given.initial_admin_password !== 'string')
      throw new Fault(
        'GH_INVALID_INPUT',
        'configuration.initial_admin_password is needed for ctaas, with at least 8 characters.',
      );
    return { tenant_rot_anchor: 'hsmod', ...given };
  }
  if (type !== undefined && HSM_TYPES.includes(type))
    return { ...given, deviceType: input.device_type ?? given.deviceType ?? 'cryptovisor_fips' };
  return input.device_type === undefined ? given : { ...given, deviceType: input.device_type };
}

async function remove(input: { readonly service_id: string; readonly force: boolean }, call: DpodCall) {
  const { id } = await findService(call, input.service_id);
  const { status } = await change(
    call,
    'DELETE',
    `/v1/service_instances/${id}`,
    'Deleting the service',
    input.force ? { query: { force: true } } : {},
  );
  const told = { deleted_uuid: id, original_identifier: input.service_id, http_status: status };
  if (status !== 202) return { message: 'The service is deleted.', ...told };
  // §6: after 202 it goes on for a while.
  const seen = await watched(
    poll({
      ...call,
      firstMs: call.state.pollMs,
      maxMs: call.state.pollMs * 5,
      look: () =>
        call.http.send({ path: `/v1/service_instances/${id}`, accept: [404], purpose: 'Watching the deletion' }),
      done: answer => answer.status === 404,
      tell: (_answer, looks) => call.progress(looks, undefined, 'being deleted'),
    }),
  );
  return {
    message: seen?.done
      ? 'The service is deleted.'
      : 'DPoD is still deleting it; get_service_instance answers 404 when it is gone.',
    ...told,
  };
}

async function publicJson(call: DpodCall, path: string, purpose: string): Promise<unknown> {
  return (await call.http.send({ path, authorized: false, purpose })).json();
}

async function findClient(call: DpodCall, service: string, identifier: string): Promise<string> {
  if (isUuid(identifier)) return identifier.toLowerCase();
  const client = pick(await getAll(call, binding(service), 'Looking for the client by its name'), identifier, 'client');
  return clientIdOf(client);
}

function clientIdOf(client: Item): string {
  return String(client.id ?? client.clientId ?? '');
}

async function bind(
  input: { readonly service_id: string; readonly client_name: string; readonly os_type: string },
  call: DpodCall,
) {
  const { id } = await findService(call, input.service_id);
  const purpose = 'Creating the client';
  const json = { name: input.client_name, os: input.os_type };
  const put = (path: string, accept: readonly number[] = []) =>
    call.http.send({
      method: 'PUT',
      path,
      json,
      accept,
      headers: { accept: 'application/octet-stream, application/zip, application/json' },
      purpose,
    });
  const legacy = call.settings.legacyBindings !== false;
  // §3.1: the documented way is new and its answer unknown; the deprecated one still stands behind a setting.
  let answer = await put(binding(id), legacy ? [404, 405] : []);
  if (answer.status === 404 || answer.status === 405) answer = await put(`/v1/services/${id}/client`);

  const type = refuseHtml(answer, purpose);
  const disposition = answer.headers.get('content-disposition') ?? '';
  const isFile = /octet-stream|zip/.test(type) || /attachment/i.test(disposition);
  const wanted =
    /filename="?([^";]+)"?/i.exec(disposition)?.[1] ?? `setup-${input.client_name}.${isFile ? 'zip' : 'json'}`;
  const folder =
    typeof call.settings.downloadFolder === 'string' && call.settings.downloadFolder !== ''
      ? call.settings.downloadFolder
      : `${call.stateFolder}/downloads`;
  const told = {
    message: `The client "${input.client_name}" is bound to the service.`,
    client_name: input.client_name,
    service_id: id,
    os_type: input.os_type,
  };
  let saved: string;
  try {
    saved = saveFile(folder, wanted, answer.bytes);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault('GH_FILE', `The client was created, but its package could not be saved: ${error.message}`, {
      hint: 'Its credentials are lost with it: delete the client, allow another folder in the settings, then bind again.',
    });
  }
  const client = await getAll(call, binding(id), 'Looking up the new client')
    .then(all => all.filter(one => one.name === input.client_name).map(clientIdOf))
    .catch(() => []);
  return {
    ...told,
    client_id: client.at(-1) ?? null,
    file_response: {
      type: isFile ? 'binary_file' : 'json',
      content_type: type,
      size_bytes: answer.bytes.length,
      filename: wanted,
    },
    file_saved_to: saved,
    note: 'The package holds live credentials. It is readable by you alone; nothing of it was shown to the assistant.',
  };
}

/** §7 row 29: nothing is invented for types we know nothing about. */
function example(type: string) {
  const params =
    type === 'ctaas'
      ? { cluster: CLUSTERS[0], initial_admin_password: '<at least 8 characters, typed by the person>' }
      : HSM_TYPES.includes(type)
        ? { deviceType: 'cryptovisor_fips' }
        : {};
  const plan =
    type === 'ctaas'
      ? 'Tenant'
      : isPlainHsm(type)
        ? 'single_hsm'
        : HSM_TYPES.includes(type)
          ? 'standard'
          : '<a plan of get_tile_plans>';
  const call = { action: 'create_service_instance', name: 'my-service', service_type: type, service_plan: plan };
  return {
    api_format: { name: 'my-service', serviceType: type, servicePlan: plan, createParams: params },
    mcp_method_1: { description: 'With the vendor’s parameters', example: { ...call, configuration: params } },
    ...(HSM_TYPES.includes(type)
      ? { mcp_method_2: { description: 'With device_type', example: { ...call, device_type: 'cryptovisor_fips' } } }
      : {}),
    mcp_method_3: {
      description: 'By the tile',
      example: {
        action: 'create_service_instance',
        name: 'my-service',
        tile_id: '<UUID of list_tiles>',
        service_plan: plan,
      },
    },
    message:
      HSM_TYPES.includes(type) || type === 'ctaas'
        ? 'cryptovisor_fips is the default and the recommendation for HSM types.'
        : `Nothing more is known here about "${type}"; get_tile_plans names its plans.`,
  };
}
