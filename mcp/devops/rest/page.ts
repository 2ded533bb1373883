import { isItem, textOf } from '../reply.ts';
import type { OpenApi } from './openapi.ts';

const STYLE =
  'body{font:16px/1.5 system-ui;max-width:56rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}code{font-size:.9em}details{margin:.5rem 0;border:1px solid #8886;border-radius:6px;padding:.5rem .75rem}pre{overflow-x:auto}';

/** The document for people: no script, nothing from elsewhere. */
export function page({ info, paths }: OpenApi): string {
  const rows = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(isItem(methods) ? methods : {}).map(([method, operation]) => rowOf(method, path, operation)),
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(info.title)}</title><style>${STYLE}</style>
<h1>${escaped(info.title)} ${escaped(info.version)}</h1><p>${escaped(info.description)}</p>
<p>The same for programs: <a href="/openapi.json">openapi.json</a>. Where the server was started with a key, send it as <code>Authorization: Bearer …</code>.</p>
<main>${rows.join('\n')}</main></html>`;
}

function rowOf(method: string, path: string, operation: unknown): string {
  const { summary, parameters, requestBody } = isItem(operation) ? operation : {};
  const given = requestBody ?? (Array.isArray(parameters) && parameters.length > 0 ? parameters : undefined);
  const schema = given === undefined ? '' : `<pre>${escaped(JSON.stringify(given, null, 2))}</pre>`;
  return `<details><summary><code>${escaped(method.toUpperCase())} ${escaped(path)}</code> ${escaped(textOf(summary) ?? '')}</summary>${schema}</details>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
