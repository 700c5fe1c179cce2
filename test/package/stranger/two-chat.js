/**
 * What somebody writes on the first day: ann writes by TCP, bob listens by WebSocket. Arguments:
 * the TCP address, the WebSocket address, ann's token, bob's token.
 */
import { connect } from 'im-kernel/client';

const [tcp, web, annsToken, bobsToken] = process.argv.slice(2);
const bob = connect({ address: web, token: bobsToken, device: 'phone' });
const ann = connect({ address: tcp, token: annsToken, device: 'laptop', outbox: 'ann.outbox' });

bob.on('message', ({ conversation, from, text }) => {
  console.log(`${conversation} ${from}: ${text}`);
});
await bob.ready;
const hello = ann.send('bob', 'good morning');
const { position, durability } = await hello.accepted;
console.log(`accepted at ${position}, on ${durability}`);
await hello.received;
console.log('received');
await Promise.all([ann.close(), bob.close()]);
