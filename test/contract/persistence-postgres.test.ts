import { judgeCommit } from './postgres/judge-commit.ts';

judgeCommit('batch');
