/** What needs the sockets of Node. Browsers get `../no-node-schemes.ts` instead. */
export const SOCKET_SCHEMES: readonly string[] = ['tcp:', 'tls:'];
