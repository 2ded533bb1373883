import { Fault, type Prompt } from '../kit/index.ts';

const optional = (name: string, description: string) => ({ name, description, required: false });
const needed = (name: string, description: string) => ({ name, description, required: true });

/** Lines for the arguments that were given, and no others. */
function lines(given: Readonly<Record<string, string>>, names: readonly string[]): string {
  return names.flatMap(name => (given[name] ? [`- ${name}: ${given[name]}`] : [])).join('\n');
}

function within(value: string, low: number, high: number, name: string): void {
  if (value.length < low || value.length > high)
    throw new Fault('GH_INVALID_INPUT', `${name} must have ${low} to ${high} characters.`);
}

/** Fact sheet §4. A password is never an argument here: it would stand in the conversation (§7 row 31). */
export const prompts: readonly Prompt[] = [
  {
    name: 'get_service_logs',
    title: 'Audit logs of a service',
    description: 'Reads and explains the audit logs of a time.',
    arguments: [
      needed('start_date', 'YYYY-MM-DD or YYYY/MM/DD'),
      needed('end_date', 'YYYY-MM-DD or YYYY/MM/DD, at most 31 days later'),
      optional('service_name', 'name or UUID of a service'),
      optional('source_filter', 'cdsp or thales/cloudhsm/<partition>'),
      optional('action_filter', 'only this action'),
      optional('status_filter', 'only this status'),
    ],
    text: given => `Call manage_audit_logs with action get_logs and exactly these arguments:
${lines(given, ['start_date', 'end_date', 'service_name', 'source_filter', 'action_filter', 'status_filter'])}
If it answers that the export is still running, call it again with the export_id it names, and nothing else.
Then say in plain words what happened: how many records, the most common actions, failures, and anything unusual.`,
  },
  {
    name: 'create_hsm_service',
    title: 'New HSM service',
    description: 'Creates an HSM service and watches until it is ready.',
    arguments: [
      needed('service_type', 'such as key_vault'),
      needed('service_name', '4 to 45 letters, digits, hyphens or underscores'),
      needed('service_plan', 'such as single_hsm'),
      optional('device_type', 'cryptovisor_fips (default) or cryptovisor'),
    ],
    text(given) {
      within(given.service_name ?? '', 4, 45, 'service_name');
      return `Create an HSM service, which costs money, with manage_services, action create_service_instance:
- name: ${given.service_name}
- service_type: ${given.service_type}
- service_plan: ${given.service_plan}
- device_type: ${given.device_type || 'cryptovisor_fips'}
- wait: true
If it is not ready in time, ask get_service_instance every minute until it is. If the outcome is unknown, look with list_services before you do anything again.`;
    },
  },
  {
    name: 'create_ctaas_service',
    title: 'New CipherTrust service',
    description: 'Creates a CipherTrust Data Security Platform service.',
    arguments: [
      needed('cluster', 'gcp-us-east1 or gcp-europe-west3'),
      needed('service_name', '4 to 45 letters, digits, hyphens or underscores'),
      optional('service_plan', 'Tenant'),
    ],
    text(given) {
      within(given.service_name ?? '', 4, 45, 'service_name');
      return `Create a CipherTrust service, which costs money, with manage_services, action create_service_instance:
- name: ${given.service_name}
- service_type: ctaas
- service_plan: ${given.service_plan || 'Tenant'}
- configuration: cluster ${given.cluster}, and initial_admin_password
Ask the person for the initial administrator password (at least 8 characters) just before the call, put it into that field only, and never repeat it. Tell them that the first login is "admin" and that the password must be changed then.`;
    },
  },
  {
    name: 'create_hsm_client',
    title: 'New client of a service',
    description: 'Creates a client and says where its package went.',
    arguments: [
      needed('service_name', 'name or UUID of the service'),
      needed('client_name', '1 to 64 characters'),
      optional('os_type', 'linux (default) or windows'),
    ],
    text(given) {
      within(given.client_name ?? '', 1, 64, 'client_name');
      return `Create a client with manage_services, action bind_client:
- service_id: ${given.service_name}
- client_name: ${given.client_name}
- os_type: ${given.os_type || 'linux'}
Then tell the person the path in file_saved_to, and that the package holds live credentials. Do not open it.`;
    },
  },
];
