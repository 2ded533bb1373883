/** One server on its own, as the command line runs it; options as JSON in the first argument. */
import { runStandalone } from './index.ts';

const { backend = 'dpod', ...given }: { readonly backend?: string } = JSON.parse(process.argv[2] ?? '{}');
try {
  const port = process.env.PORT === undefined ? { port: 0 } : {};
  await runStandalone(backend, { host: '127.0.0.1', ...port, stateFolder: '.', ...given });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
