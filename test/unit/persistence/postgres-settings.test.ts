import assert from 'node:assert/strict';
import { DatabaseError } from 'pg';
import { faultOf, openingError } from '../../../plugins/persistence/postgres/faults.ts';
import {
  dangers,
  mustBeFit,
  type ServerState,
} from '../../../plugins/persistence/postgres/fitness.ts';
import { nameOf, problemsOf } from '../../../plugins/persistence/postgres/settings.ts';
import { settings } from '../../postgres-server/settings.ts';

const FIT: ServerState = {
  version: 180_004,
  recovering: false,
  readOnly: 'off',
  encoding: 'UTF8',
  fsync: 'on',
  fullPageWrites: 'on',
  synchronousCommit: 'on',
};

function mustBeUnfit(change: Partial<ServerState>, why: RegExp): void {
  const refusal = { code: 'IM_STORE_UNFIT', message: why };
  assert.throws(() => mustBeFit({ ...FIT, ...change }, 'db'), refusal);
}

function databaseError(code: string, severity = 'ERROR'): DatabaseError {
  const error = new DatabaseError('said so', 0, 'error');
  error.code = code;
  error.severity = severity;
  return error;
}

describe('the url of postgres', () => {
  it('is named without its password', () => {
    assert.equal(nameOf('postgres://ann:s%40cret@db.example/im'), 'ann@db.example:5432/im');
    assert.equal(nameOf('postgresql://ann:x@db:7/im?a=b'), 'ann@db:7/im');
    assert.equal(nameOf('postgres://ann@/im?host=/run/pg'), 'ann@/run/pg/im');
  });

  it('is refused when it is none, or says of TLS what is said beside it', () => {
    for (const url of [
      'mysql://a:b@c/d',
      'postgres://db/im',
      'postgres://a:secret%zz@b/c',
      'secret',
    ])
      assert.match(problemsOf(settings({ url })).join(), /^url must read/, url);
    const url = 'postgres://a:secret@b/c?sslmode=require';
    assert.match(problemsOf(settings({ url })).join(), /^url must say nothing of ssl/);
    assert.doesNotMatch(problemsOf(settings({ url })).join(), /secret/);
    assert.deepEqual(problemsOf(settings({ url: 'postgres://a:secret@b/c' })), []);
  });
});

describe('a server for postgres', () => {
  it('must be new enough, a primary, writable and of UTF-8', () => {
    mustBeFit(FIT, 'db');
    mustBeUnfit({ version: 130_012 }, /PostgreSQL 13, and 14 is the oldest/);
    mustBeUnfit({ recovering: true }, /standby/);
    mustBeUnfit({ readOnly: 'on' }, /read-only/);
    mustBeUnfit({ encoding: 'SQL_ASCII' }, /SQL_ASCII/);
  });

  it('is safe when it syncs every commit to its own disk at least', () => {
    for (const synchronousCommit of ['on', 'local', 'remote_write', 'remote_apply'])
      assert.deepEqual(dangers({ ...FIT, synchronousCommit }), []);
    const unsafe = { fsync: 'off', fullPageWrites: 'off', synchronousCommit: 'off' };
    assert.equal(dangers({ ...FIT, ...unsafe }).length, 3);
  });
});

describe('an error of the database', () => {
  it('is a loss of the connection when the server said it last, and a bug when nobody did', () => {
    assert.equal(faultOf(databaseError('57P01', 'FATAL'), false), 'lost');
    assert.equal(faultOf(databaseError('XX000', 'PANIC'), false), 'lost');
    assert.equal(faultOf(new Error('socket'), true), 'lost');
    assert.equal(faultOf(new TypeError('ours'), false), 'bug');
  });

  it('is told apart by its SQLSTATE', () => {
    const faults = { '53100': 'full', '25006': 'moved', '40P01': 'passing', '57014': 'passing' };
    for (const [code, fault] of Object.entries({ ...faults, XX001: 'broken', '23502': 'bug' }))
      assert.equal(faultOf(databaseError(code), false), fault, code);
  });

  it('has a code of its own when it keeps a store from starting', () => {
    const codes = {
      '28P01': 'IM_STORE_LOGIN',
      '28000': 'IM_STORE_LOGIN',
      '42501': 'IM_STORE_RIGHTS',
      '3D000': 'IM_STORE_REACH',
      '57P03': 'IM_STORE_REACH',
      '53300': 'IM_STORE_REACH',
    };
    for (const [state, code] of Object.entries(codes))
      assert.equal(openingError(databaseError(state, 'FATAL'), 'db').code, code, state);
    assert.equal(openingError(databaseError('53100'), 'db').code, 'IM_STORE_FULL');
    assert.equal(openingError(new Error('ECONNREFUSED'), 'db').code, 'IM_STORE_REACH');
  });
});
