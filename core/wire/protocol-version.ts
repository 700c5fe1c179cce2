/** The version of the protocol that this kernel speaks. */
export const PROTOCOL_VERSION = 1;
