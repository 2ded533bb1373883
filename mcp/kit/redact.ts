/** What stands where a secret was. */
export const MASK = '•••';

/** Shorter values are no secrets: masking them would garble everything. */
const SHORTEST = 4;
const SECRET_TEXT: readonly RegExp[] = [
  /\bBearer\s+[A-Za-z0-9._~+/=-]{8,}/gi,
  /\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*/g,
  /(?<=[?&](?:sig|signature|token|access_token|key|X-Amz-Signature|X-Amz-Security-Token|X-Goog-Signature)=)[^&\s"']+/gi,
  /(?<="?(?:client_?secret|password|passwd|passphrase|secret|(?:\w+_)?token|api[-_]?key)"?\s*[:=]\s*"?)[^\s"',&}]{4,}/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g,
];

/** Masks what looks like a credential in free text, and every one of `known` values wherever it stands. */
export function redactText(text: string, known: Iterable<string> = []): string {
  if (text.length < SHORTEST) return text;
  let clean = text;
  for (const value of [...known].filter(({ length }) => length >= SHORTEST).sort((a, b) => b.length - a.length))
    for (const form of formsOf(value)) clean = clean.replaceAll(form, MASK);
  for (const pattern of SECRET_TEXT) clean = clean.replace(pattern, MASK);
  return clean;
}

/** As it is, in JSON, and in JSON that stands in JSON. */
function formsOf(value: string): ReadonlySet<string> {
  const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
  return new Set([value, inJson(value), inJson(inJson(value))]);
}
