/** Migration 3: bodies can be retired. */

export const BODIES = `
COMMENT ON TABLE entry IS
  'The log. Rows are only ever added, and stay; of an old message the body may be retired. The view '
  '"log" shows it with names and texts. Both unique keys are promises: no position and no number '
  'of a device is ever used twice in a conversation.';
COMMENT ON COLUMN entry.kind IS
  'message, expired (a message whose body was retired), or the act, such as group.add.';
COMMENT ON COLUMN entry.media_type IS 'Of a message; empty: text/plain, or retired with the body.';

-- What was retired stays in dead rows until the next vacuum: after 1 in 100 rows, not 1 in 5.
DO $tune$
BEGIN
  FOR part IN 0..7 LOOP
    EXECUTE format('ALTER TABLE entry_%s SET (autovacuum_vacuum_scale_factor = 0.01, '
      'toast.autovacuum_vacuum_scale_factor = 0.01)', part);
  END LOOP;
END
$tune$;
`;
