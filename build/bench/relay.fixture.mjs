/** The do-nothing relay, second process: each link of the socket gets a child of its own, bytes go through untouched. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

const [path, command, ...args] = process.argv.slice(2);
createServer(socket => {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  socket.pipe(child.stdin);
  child.stdout.pipe(socket);
  socket.on('close', () => child.kill()).on('error', () => undefined);
}).listen(path, () => process.stdout.write('ready\n'));
process.stdin.on('end', () => process.exit(0)).resume();
