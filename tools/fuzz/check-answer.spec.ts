import { describe, expect, it } from '@jest/globals';
import { checkAnswer } from './check-answer.js';
import type { PlannedRequest } from './plan-request.js';

const request: PlannedRequest = {
  route: 'getProc',
  caller: 'outsider',
  method: 'GET',
  path: '/metadata/x',
  headers: {},
  body: null,
  isIntact: true,
};
const answer = { status: 200, text: '{}', ms: 5 };
const canaries = [{ word: 'vaultcanary', hiddenFrom: ['outsider'] as const }];

describe('checkAnswer', () => {
  it.each([
    ['a good answer', request, answer, []],
    ['a refusal', request, { ...answer, status: 403 }, []],
    ['an internal error', request, { ...answer, status: 500 }, ['status 500']],
    ['no answer', request, { ...answer, status: null }, ['no answer']],
    [
      'no answer to a body that is too large',
      { ...request, body: Buffer.alloc(2_000_000) },
      { ...answer, status: null },
      [],
    ],
    ['what another may see', request, { ...answer, text: 'a vaultcanary' }, ['shows vaultcanary']],
    ['what the caller may see', { ...request, caller: 'admin' }, { ...answer, text: 'a vaultcanary' }, []],
    ['a stranger who gets in', { ...request, caller: 'stranger' }, answer, ['may not call this route']],
    ['a user on an admin’s route', { ...request, route: 'listUsers' }, answer, ['may not call this route']],
    ['an admin on it', { ...request, route: 'listUsers', caller: 'admin' }, answer, []],
    ['a stranger on an open route', { ...request, route: 'ping', caller: 'stranger' }, answer, []],
  ] satisfies [
    string,
    PlannedRequest,
    typeof answer | { status: null; text: string; ms: number },
    string[],
  ][])('%s', (_, sent, got, findings) => expect(checkAnswer(sent, got, canaries)).toEqual(findings));
});
