import { MASK } from '../kit/index.ts';

/** Fact sheet §3.10: members whose value is a secret, wherever they stand. */
const SECRET = /(^|_)password$|^(api_key|access_token|private_key|ssl_key)$/;

/** The same value with its secrets masked. What is empty stays empty. */
export function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, isSecret(name, inner) ? MASK : masked(inner)]),
  );
}

function isSecret(name: string, value: unknown): boolean {
  return SECRET.test(name) && (typeof value === 'string' || typeof value === 'number') && value !== '';
}
