import type { CatalogField } from '../../mcp/kit/catalog.ts';
import { GatehouseError } from '../contract/errors.ts';

/** The settings of a `custom` connection; its secrets are environment variables. */
export const CUSTOM_SETTINGS: readonly CatalogField[] = [
  {
    name: 'command',
    title: 'Command',
    description: 'The program to run, best as an absolute path.',
    kind: 'text',
    required: true,
  },
  {
    name: 'args',
    title: 'Arguments',
    description: 'One for each argument of the program.',
    kind: 'list',
    required: false,
    default: [],
  },
  {
    name: 'cwd',
    title: 'Folder',
    description: 'Where it runs; the home folder unless told.',
    kind: 'folder',
    required: false,
  },
  {
    name: 'env',
    title: 'Environment',
    description: 'Variables that are not secret, as NAME=VALUE.',
    kind: 'list',
    required: false,
    default: [],
  },
];

/**
 * Checks and fills settings by the fields of the backend. Texts are turned into what the field wants, so that
 * `--set port=80` works. Throws `GH_INVALID_INPUT` naming the field and what is allowed.
 */
export function checkSettings(
  fields: readonly CatalogField[],
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const known = new Set(fields.map(field => field.name));
  for (const name of Object.keys(given)) {
    if (!known.has(name)) throw invalid(name, `is not a setting here; use one of: ${[...known].join(', ')}`);
  }
  const settings: Record<string, unknown> = {};
  for (const field of fields) {
    const value = given[field.name] ?? field.default;
    if (value === undefined || value === '') {
      if (field.required) throw invalid(field.name, `is needed: ${field.description}`);
      continue;
    }
    settings[field.name] = convert(field, value);
  }
  return settings;
}

function convert(field: CatalogField, value: unknown): unknown {
  switch (field.kind) {
    case 'number': {
      const number = Number(value);
      if (!Number.isFinite(number)) throw invalid(field.name, 'must be a number');
      return number;
    }
    case 'boolean':
      if (value === true || value === 'true' || value === '1' || value === 'yes') return true;
      if (value === false || value === 'false' || value === '0' || value === 'no') return false;
      throw invalid(field.name, 'must be true or false');
    case 'choice': {
      const choices = field.choices?.map(choice => choice.value) ?? [];
      if (!choices.includes(String(value))) throw invalid(field.name, `must be one of: ${choices.join(', ')}`);
      return String(value);
    }
    case 'list':
      return toList(field.name, value);
    case 'url':
      return toUrl(field.name, String(value));
    default:
      return String(value);
  }
}

function toList(name: string, value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).map(([key, inner]) => `${key}=${inner}`);
  const text = String(value).trim();
  if (!text.startsWith('[')) return text === '' ? [] : [text];
  try {
    const parsed: unknown = JSON.parse(text);
    if (Array.isArray(parsed)) return parsed.map(String);
  } catch {
    // said below
  }
  throw invalid(name, 'must be a JSON array of texts');
}

function toUrl(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const loopback = url !== undefined && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url === undefined || (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback))) {
    throw invalid(name, 'must be an https address (http only on this machine)');
  }
  if (url.username !== '' || url.password !== '') throw invalid(name, 'must not contain a user name or password');
  return text.replace(/\/+$/, '');
}

function invalid(name: string, why: string): GatehouseError {
  return new GatehouseError('GH_INVALID_INPUT', `"${name}" ${why}.`);
}
