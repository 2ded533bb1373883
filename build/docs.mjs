/**
 * Writes the pages that are made from code: `docs/tools.md`, `docs/errors.md` and `docs/desktop.md`. `--check` only says whether
 * they are current. An item of the desktop app that no test names fails either way.
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS } from '../app/contract/errors.ts';
import { backends, catalogOf } from '../mcp/index.ts';
import { FAULTS } from '../mcp/kit/fault.ts';
import { DESKTOP_ITEMS } from './desktop-items.mjs';

const root = join(import.meta.dirname, '..');
const docs = join(root, 'docs');
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

/** Titles of tests that begin with items in brackets, by item. */
function testsOfItems() {
  const found = new Map();
  const files = globSync(['e2e/{app,electron}/*.spec.ts', '{app,mcp,renderer,build}/**/*.test.ts'], {
    cwd: root,
  }).sort();
  for (const file of files) {
    const text = readFileSync(join(root, file), 'utf8');
    const pattern = /\b(?:test|it)(?:\.\w+(?:\([^)]*\))?)?\(\s*(['"`])((?:\[[\w-]+\] )+)((?:(?!\1).)+)\1/g;
    for (const { 2: named, 3: title, index } of text.matchAll(pattern))
      for (const [, item] of named.matchAll(/\[([\w-]+)\]/g))
        found.set(item, [
          ...(found.get(item) ?? []),
          { file: file.replaceAll('\\', '/'), title, onReal: onReal(file, text, index) },
        ]);
  }
  return found;
}

/** What a test of the desktop app does where there is a real Electron. */
function onReal(file, text, at) {
  if (!file.startsWith('e2e/')) return 'nothing';
  const indent = text.slice(text.lastIndexOf('\n', at) + 1, at);
  const marks = [...text.slice(0, at).matchAll(/^( *)onlyOnStandIn\(/gm)];
  if (marks.some(([, of]) => of === '' || of === indent)) return 'stand-in only';
  const body = text.slice(at, text.indexOf(`\n${indent}});`, at));
  return /\bplatform( \}|: '(darwin|win32)')/.test(body) ? 'needs another system' : 'ready';
}

/** Runs with a real Electron that somebody recorded: item -> what ran where and when. */
function realRuns() {
  const file = join(docs, 'real-electron.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

function desktop() {
  const tests = testsOfItems();
  const runs = realRuns();
  const items = Object.entries(DESKTOP_ITEMS);
  const known = new Set(items.flatMap(([, group]) => Object.keys(group)));
  const without = [...known].filter(item => !tests.has(item));
  const unknown = [...tests.keys()].filter(item => !known.has(item));
  if (without.length + unknown.length > 0) {
    console.error(
      `Items of build/desktop-items.mjs without a test: ${without.join(', ') || 'none'}; tests of no item: ${unknown.join(', ') || 'none'}`,
    );
    process.exit(1);
  }
  const parts = items.map(([group, entries]) => {
    const rows = Object.entries(entries).map(([item, what]) => [
      `\`${item}\``,
      what,
      (tests.get(item) ?? []).map(({ file, title }) => `[${file}](../${file}): ${title}`).join('<br>') || 'to come',
      ranInCi(tests.get(item)),
      runs[item] ?? ranOnReal(tests.get(item)),
    ]);
    return `## ${group}\n\n${table(['item', 'what', 'test', 'ran in CI with', 'ran with a real Electron'], rows)}`;
  });
  return `# The desktop app, item by item

${made}

No Electron binary could be had where this was built. So the app's real, built programs (\`dist/main.js\`, \`dist/preload.cjs\`) run under
plain Node against a stand-in for \`electron\` ([e2e/electron](../e2e/electron)) that is held to Electron's own types and throws at whatever
it does not have; windows are pages of a real Chromium.

The stand-in is started, looked at and acted upon exactly as a real Electron will be: by Playwright's \`_electron.launch\`, with Electron's command line, a
[recorder](../e2e/electron/recorder.ts) that is loaded before the app (\`-r\`), and questions through \`app.evaluate\`. So "stand-in" below stands
for the app, the spec and the driver; that Electron itself lets the recorder replace the methods that it names, and behaves as the stand-in
does, no run has shown. What only the real one can show (how an icon looks in a bar, whether a system shows the buttons of a
notification, that Chromium refuses what we refuse, that the sandbox holds) has not been seen.

Where a binary is found (\`node_modules/electron/dist\` or \`ELECTRON_OVERRIDE_DIST_PATH\`), Playwright's project \`electron\` runs all specs of
the window and of what surrounds it on it, and reads the icon over D-Bus; elsewhere it says "skipped: no Electron binary". The last
column says what an item's tests would do there: "ready" runs as it is, "needs another system" has macOS or Windows as its subject,
"stand-in only" asks what a real Electron tells nobody. Whoever runs it notes it in \`docs/real-electron.json\`
(\`{"item": "system, version, date"}\`): see "A real Electron" in [CONTRIBUTING.md](../CONTRIBUTING.md).

${parts.join('\n\n')}
`;
}

function ranInCi(tests) {
  if (tests === undefined) return 'never';
  return tests.some(({ file }) => file.startsWith('e2e/app/')) ? 'stand-in' : 'unit test';
}

function ranOnReal(tests = []) {
  const ways = [...new Set(tests.map(test => test.onReal))].filter(way => way !== 'nothing').sort();
  return ways.length === 0 ? 'never' : `never; ${ways.join(', ')}`;
}

function table(heads, rows) {
  const line = cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(heads), `|${heads.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

let stale = 0;
for (const [name, text] of [
  ['tools.md', await tools()],
  ['errors.md', errors()],
  ['desktop.md', desktop()],
]) {
  const file = join(docs, name);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (process.argv.includes('--check')) {
    console.error(`docs/${name} is not current: npm run docs`);
    stale += 1;
  } else writeFileSync(file, text);
}
process.exit(stale === 0 ? 0 : 1);
