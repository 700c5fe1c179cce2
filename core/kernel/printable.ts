/** Text of others for a terminal. */

/** Control characters, separators of lines, and marks that turn the direction of writing. */
const OBEYED =
  // oxlint-disable-next-line no-control-regex -- these are what a terminal would obey
  /[\u0000-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/g;

/** What a terminal would obey is shown instead, as in `\u001b`. */
export function printable(text: string): string {
  return text.replace(OBEYED, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
