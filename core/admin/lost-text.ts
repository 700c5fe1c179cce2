/** What people are told where events are missing, on the command line and in the terminal. */

/** `count`: undefined: nobody knows how many. */
export function lostText(count: number | undefined): string {
  if (count === undefined) return 'events may be missing here: what came before is of another life';
  return count === 1 ? 'an event is missing here' : `${count} events are missing here`;
}
