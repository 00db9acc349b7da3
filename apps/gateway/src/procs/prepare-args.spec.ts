import { describe, expect, it } from '@jest/globals';
import { plainArg, plainProc, type Proc } from '@app/domain';
import { Patterns } from '@app/patterns';
import { refusalOf } from '../../../../libs/domain/src/testing/index.js';
import { PrepareArgs } from './prepare-args.js';

const proc = plainProc('p', {
  args: [
    plainArg('A', { required: true }),
    plainArg('N', { type: 'number', default: '3', max: '10' }),
    plainArg('TOKEN', { type: 'secret', pattern: '[a-z ]+' }),
  ],
});

/** Returns the values to encrypt as the ciphertext. */
const secrets = {
  sealArgs: (_procName: string, args: Readonly<Record<string, string>>) => {
    const sealed = Object.entries(args).map(([name, value]) => [name, { ciphertext: value, keyId: 'k' }]);
    return sealed.length === 0
      ? null
      : (Object.fromEntries(sealed) as Record<string, { ciphertext: string; keyId: string }>);
  },
};

const prepare = new PrepareArgs(secrets, new Patterns());

describe('PrepareArgs', () => {
  it('fills in defaults for an execution but not for a schedule, and separates secret args', () => {
    const given = { A: 'x', TOKEN: 'correct horse' };
    const secretArgs = { TOKEN: { ciphertext: 'correct horse', keyId: 'k' } };
    expect(prepare.forExecution(proc, given)).toEqual({ args: { A: 'x', N: '3' }, secretArgs });
    expect(prepare.forSchedule(proc, given)).toEqual({ args: { A: 'x' }, secretArgs });
    expect(prepare.forSchedule(proc, { A: 'x' })).toEqual({ args: { A: 'x' }, secretArgs: null });
  });

  it('reports each invalid arg without revealing a secret value', () => {
    const act = () => prepare.forExecution(proc, { N: '11', TOKEN: 'HUNTER-TWO', B: '' });
    const error = refusalOf(act);
    expect(error).toMatchObject({ code: 'invalid_args' });
    expect(error.details.map(({ field }) => field).sort()).toEqual(['A', 'B', 'N', 'TOKEN']);
    expect(JSON.stringify(error.details)).not.toContain('HUNTER');
  });

  it('keeps an arg secret if the proc no longer declares it so', () => {
    const plain: Proc = { ...proc, args: [plainArg('TOKEN'), plainArg('constructor')] };
    expect(prepare.forExecution(plain, { TOKEN: 'correct horse' }, ['TOKEN', 'constructor'])).toEqual({
      args: {},
      secretArgs: { TOKEN: { ciphertext: 'correct horse', keyId: 'k' } },
    });
    const numeric: Proc = { ...proc, args: [plainArg('TOKEN', { type: 'number' })] };
    const error = refusalOf(() => prepare.forExecution(numeric, { TOKEN: 'correct horse' }, ['TOKEN']));
    expect(error.details).toMatchObject([
      { field: 'TOKEN', message: expect.stringContaining('as a secret') },
    ]);
    expect(JSON.stringify(error.details)).not.toContain('correct');
  });
});
