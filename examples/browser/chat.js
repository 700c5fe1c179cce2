/**
 * Two people, one conversation. The part of the address after `#` says who and where:
 * `server=ws://127.0.0.1:7401/im&token=…&to=bob&device=laptop`. It never leaves the browser.
 */
import { connect } from 'im-kernel/client';

const given = new URLSearchParams(location.hash.slice(1));
const to = given.get('to') ?? '';
const client = connect({
  address: given.get('server') ?? 'ws://127.0.0.1:7401/im',
  token: given.get('token') ?? '',
  device: given.get('device') ?? 'browser',
});
const NOT_KEPT = '(a message that is no longer kept)';
const utf8 = new TextDecoder();
const [state, log, form, input] = ['state', 'log', 'form', 'text'].map((id) =>
  document.getElementById(id),
);

/** Adds a line; the result shows how far it has come. */
function show(who, text) {
  const line = document.createElement('li');
  const tick = document.createElement('span');
  tick.className = 'tick';
  line.append(`${who}: ${text} `, tick);
  log.append(line);
  return (how) => {
    tick.textContent = how;
  };
}

async function send(text) {
  const tell = show('me', text);
  const command = client.send(to, text);
  try {
    await command.accepted;
    tell('✓');
    await command.received;
    tell('✓✓');
    await command.read;
    tell('✓✓ read');
  } catch (error) {
    tell(`✗ ${error.message}`);
  }
}

/** What was said before, so that a page that is loaded again looks as it did; its last position. */
async function showHistory() {
  const conversation = client.user < to ? `d/${client.user}/${to}` : `d/${to}/${client.user}`;
  try {
    const { items } = await client.history(conversation);
    for (const { from, body, kind = 'message' } of items) {
      const who = from === client.user ? 'me' : from;
      if (kind === 'message') show(who, utf8.decode(body));
      if (kind === 'expired') show(who, NOT_KEPT);
    }
    return items.at(-1)?.position ?? 0;
  } catch (error) {
    if (error.code === 'not-found') return 0; // Nobody has written yet.
    throw error;
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (input.value !== '') void send(input.value);
  input.value = '';
});
client.on('state', (change) => {
  state.textContent = `${change.state} ${change.reason ?? ''}`.trim();
});
client.on('error', (error) => {
  state.textContent = error.message;
});

await client.ready;
const shown = await showHistory();
// Messages have waited for this handler; each is acknowledged when it is done.
client.on('message', ({ from, text, conversation, position }) => {
  if (position > shown) show(from, text ?? 'something that is no text');
  if (document.visibilityState === 'visible') client.read(conversation, position);
});
// A message that the server has not kept until now comes as an act.
client.on('act', ({ action, from, position }) => {
  if (action === 'expired' && position > shown) show(from, NOT_KEPT);
});
