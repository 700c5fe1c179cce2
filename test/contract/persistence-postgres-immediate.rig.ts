/** All of it once more where each append is committed alone; only the way of appends differs. */
import { judgeCommit } from './postgres/judge-commit.ts';

judgeCommit('immediate');
