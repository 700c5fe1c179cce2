/** Stands in a browser's bundle for Node's schemes: see "browser" in package.json. */
export const SOCKET_SCHEMES: readonly string[] = [];
