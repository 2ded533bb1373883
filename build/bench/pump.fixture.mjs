/** The do-nothing relay, first process: stdio to a socket. With `--one-line` it ends after the first answer: the bare start-up. */
import { connect } from 'node:net';

const socket = connect(process.argv[2]);
process.stdin.pipe(socket);
socket.pipe(process.stdout, { end: false });
socket.on('close', () => process.exit(0));
