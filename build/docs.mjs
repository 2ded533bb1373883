/** Writes the pages that are made from code: `docs/tools.md` and `docs/errors.md`. `--check` only says whether they are current. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS } from '../app/contract/errors.ts';
import { backends, catalogOf } from '../mcp/index.ts';
import { FAULTS } from '../mcp/kit/fault.ts';

const docs = join(import.meta.dirname, '..', 'docs');
const made = 'Made by `npm run docs` from the code; do not edit.';

async function tools() {
  const parts = [`# Tools\n\n${made}`];
  for (const load of Object.values(backends)) {
    const catalog = catalogOf(await load());
    const actions = catalog.tools.reduce((sum, tool) => sum + tool.actions.length, 0);
    parts.push(
      `## ${catalog.title} (\`${catalog.backend}\`)\n\n${catalog.description}\n\n${catalog.tools.length} tools, ${actions} actions, ${catalog.prompts.length} prompts, ${catalog.resources.length} resources. ${catalog.credentialHelp}${seeAlso(catalog)}`,
      table(
        ['setting', 'variable (on its own)', 'meaning'],
        [...catalog.credentials, ...catalog.settings].map(field => [
          `\`${field.name}\`${field.kind === 'secret' ? ' (secret)' : ''}`,
          field.variable === undefined ? '' : `\`${field.variable}\``,
          `${field.title}. ${field.description}${field.default === undefined ? '' : ` Default: ${field.default}.`}`,
        ]),
      ),
    );
    if (catalog.scopes.length > 0)
      parts.push(
        table(
          ['scope', 'meaning'],
          catalog.scopes.map(scope => [`\`${scope.name}\``, scope.title]),
        ),
      );
    for (const { title, description, command } of catalog.setup)
      parts.push(`**${title}.** ${description}`, `\`\`\`sh\n${command}\n\`\`\``);
    for (const tool of catalog.tools) {
      parts.push(
        `### ${tool.name}\n\n${tool.description}`,
        table(
          ['action', 'does', 'scopes', 'what'],
          tool.actions.map(action => [
            `\`${action.name}\``,
            [action.effect, ...action.flags].join(', '),
            action.scopes === null ? 'any' : action.scopes.map(scope => scope.replace(/^.*\./, '')).join(' or '),
            action.description,
          ]),
        ),
      );
    }
    if (catalog.prompts.length > 0) parts.push(list('Prompts', catalog.prompts.map(promptLine)));
    if (catalog.resources.length > 0)
      parts.push(
        list(
          'Resources',
          catalog.resources.map(({ uri, description }) => `\`${uri}\`: ${description}`),
        ),
      );
  }
  return `${parts.join('\n\n')}\n`;
}

/** The page that people wrote about this backend, where there is one. */
function seeAlso({ backend }) {
  const page = `${backend}.md`;
  return existsSync(join(docs, page))
    ? ` What differs from the original and what was left out: [${page}](${page}).`
    : '';
}

function list(title, lines) {
  return `### ${title}\n\n${lines.map(line => `* ${line}`).join('\n')}`;
}

function promptLine(prompt) {
  const given = prompt.arguments.map(({ name, required }) => name + (required ? '' : '?'));
  return `\`${prompt.name}\`: ${prompt.description} (${given.join(', ')})`;
}

function errors() {
  const host = Object.entries(ERRORS).map(([code, { title, hint }]) => [`\`${code}\``, title, hint]);
  const servers = Object.entries(FAULTS).map(([code, hint]) => [`\`${code}\``, hint]);
  return `# Error codes

${made}

Every error has a stable code, a sentence that says what happened, and a next step. On the command line with \`--json\` it is
\`{"error":{"code","message","hint"}}\` on stderr; in a tool's result \`code\` and \`hint\` stand beside \`error\`.

## Of the host

${table(['code', 'what', 'next step'], host)}

## Of a server's tools

${table(['code', 'next step'], servers)}
`;
}

function table(heads, rows) {
  const line = cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(heads), `|${heads.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

let stale = 0;
for (const [name, text] of [
  ['tools.md', await tools()],
  ['errors.md', errors()],
]) {
  const file = join(docs, name);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (process.argv.includes('--check')) {
    console.error(`docs/${name} is not current: npm run docs`);
    stale += 1;
  } else writeFileSync(file, text);
}
process.exit(stale === 0 ? 0 : 1);
