import { MASK, redactText } from '../../mcp/kit/redact.ts';

export { MASK, redactText };

const SECRET_NAME =
  /pass(word|wd|phrase)?$|secret|token|api[-_]?key|authorization|credential|private[-_]?key|cookie|^pin$|^otp$/i;
/**
 * A copy of a call's arguments for people and the history: values at `secretPaths` (dotted, `*` for any key) and under
 * names that sound secret are masked whole, other texts are searched.
 */
export function redactArguments(
  value: unknown,
  secretPaths: readonly string[] = [],
  known: readonly string[] = [],
): unknown {
  const paths = secretPaths.map(path => path.split('.'));
  const walk = (inner: unknown, at: readonly string[], name: string): unknown => {
    if (
      paths.some(path => path.length === at.length && path.every((part, depth) => part === '*' || part === at[depth]))
    ) {
      return inner === undefined || inner === null ? inner : MASK;
    }
    if (typeof inner === 'string') return SECRET_NAME.test(name) && inner !== '' ? MASK : redactText(inner, known);
    if (Array.isArray(inner)) return inner.map((item, index) => walk(item, [...at, String(index)], name));
    if (typeof inner === 'object' && inner !== null) {
      return Object.fromEntries(
        Object.entries(inner).map(([key, item]) => [redactText(key, known), walk(item, [...at, key], key)]),
      );
    }
    return typeof inner === 'number' && SECRET_NAME.test(name) ? MASK : inner;
  };
  return walk(value, [], '');
}
