/** What stands where a secret was. */
export const MASK = '•••';

const SECRET_NAME =
  /pass(word|wd|phrase)?$|secret|token|api[-_]?key|authorization|credential|private[-_]?key|cookie|^pin$|^otp$/i;
const SECRET_TEXT: readonly RegExp[] = [
  /\bBearer\s+[A-Za-z0-9._~+/=-]{8,}/gi,
  /\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*/g,
  /(?<=[?&](?:sig|signature|token|access_token|key|X-Amz-Signature|X-Amz-Security-Token|X-Goog-Signature)=)[^&\s"']+/gi,
  /(?<="?(?:client_secret|password|passwd|passphrase|secret|(?:\w+_)?token|api[-_]?key)"?\s*[:=]\s*"?)[^\s"',&}]{4,}/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g,
];

/** Masks what looks like a credential in free text, and every one of `known` values wherever it stands. */
export function redactText(text: string, known: readonly string[] = []): string {
  let clean = text;
  for (const value of known) if (value.length >= 4) clean = clean.replaceAll(value, MASK);
  for (const pattern of SECRET_TEXT) clean = clean.replace(pattern, MASK);
  return clean;
}

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
