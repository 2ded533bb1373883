/** The `gatehouse` command. Heavy parts are loaded by the command that needs them: a bridge must not pay for the rest. */
import { fileURLToPath } from 'node:url';
import { findRuntime } from './runtime.ts';
import { homeFolder } from './storage/paths.ts';

const [command, ...rest] = process.argv.slice(2);

async function main(): Promise<void> {
  if (Number(process.versions.node.split('.')[0]) < 24) {
    process.stderr.write(
      `This is Node ${process.versions.node}; Gatehouse brings its own: run it as \`npm run -s gatehouse -- ${process.argv.slice(2).join(' ')}\`.\n`,
    );
    process.exitCode = 1;
    return;
  }
  if (command === 'stdio') {
    const { runBridge } = await import('./bridge.ts');
    return runBridge(rest, fileURLToPath(import.meta.url));
  }
  if (command === 'host') {
    const { headless } = await import('./commands/serve.ts');
    const { VERSION } = await import('./version.ts');
    const { startInstalledApp } = await import('./commands/installed-app.ts');
    const at = rest.indexOf('--home');
    const home = (at === -1 ? undefined : rest[at + 1]) ?? homeFolder();
    if (await startInstalledApp(home, process.env)) return;
    return headless(home, findRuntime(VERSION, import.meta.url)).catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    });
  }
  const { runCommand } = await import('./commands/program.ts');
  process.exitCode = await runCommand(process.argv, import.meta.url);
}

await main();
