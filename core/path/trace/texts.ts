/** Room for so many texts, made at once: one by one they would hold the loop up for a while. */
export function texts(size: number): string[] {
  const room: string[] = [];
  room.length = size;
  return room.fill('');
}
