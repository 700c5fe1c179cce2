/** What only Node can do; loaded when it is asked for. Browsers get `../no-node.ts` instead. */
export { fileOutbox } from './file-outbox.ts';
export { connectTcp } from './tcp-connector.ts';
