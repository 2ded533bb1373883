import type { Resource, Shape } from './define.ts';
import { jsonSchemasOf } from './derive.ts';
import { Fault } from './fault.ts';

/** The resource that an address names, and the filters in its query, still to be checked. Throws `GH_NOT_FOUND`, `GH_INVALID_INPUT`. */
export function addressed<State>(resources: readonly Resource<State>[], address: string) {
  const [base = '', query] = address.split(/\?(.*)/s, 2);
  const resource = resources.find(({ uri }) => uri === base);
  if (resource === undefined || (query !== undefined && resource.filters === undefined))
    throw new Fault('GH_NOT_FOUND', `Resource not found: ${address}`);
  return { resource, filters: valuesOf(new URLSearchParams(query), resource.filters ?? {}, resource.name) };
}

/** A filter without a value is not given: that is how templates are filled in. */
function valuesOf(query: URLSearchParams, shape: Shape, name: string): Readonly<Record<string, unknown>> {
  const names = [...query.keys()];
  const twice = names.find((one, index) => names.indexOf(one) !== index);
  if (twice !== undefined) throw new Fault('GH_INVALID_INPUT', `${name}: ${twice} stands twice in the address.`);
  const schemas = jsonSchemasOf(shape);
  const given = [...query].filter(([, value]) => value !== '');
  return Object.fromEntries(given.map(([key, value]) => [key, typed(value, schemas[key]?.type)]));
}

/** An address knows texts alone; what is none of the type stays one, and is refused by the check. */
export function typed(value: string, type: unknown): unknown {
  if ((type === 'integer' || type === 'number') && Number.isFinite(Number(value))) return Number(value);
  return type === 'boolean' && (value === 'true' || value === 'false') ? value === 'true' : value;
}
