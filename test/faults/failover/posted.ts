/**
 * `node posted.ts ADDRESS PORT`: sends a datagram to the port of each address that stands on a line
 * of its input, with the line's second word, and prints the words of those that come.
 */
import { createSocket } from 'node:dgram';
import { createInterface } from 'node:readline';

const [address = '', port = ''] = process.argv.slice(2);
const socket = createSocket('udp4');

socket.on('message', (bytes) => void process.stdout.write(`${String(bytes)}\n`));
socket.bind(Number(port), address, () => void process.stdout.write('listening\n'));
createInterface(process.stdin)
  .on('line', (line) => {
    const [to = '', word = ''] = line.split(' ');
    socket.send(word, Number(port), to);
  })
  .on('close', () => process.exit());
