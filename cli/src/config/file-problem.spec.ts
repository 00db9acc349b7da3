import { describe, expect, it } from '@jest/globals';
import { AppError } from '@app/domain';
import { fileProblem, isForbidden, isMissing, NO_HOME } from './file-problem.js';

const error = (code: string) => Object.assign(new Error(code), { code });

describe('problems with the files of the CLI', () => {
  it.each([
    ['ENOENT', true],
    ['ENOTDIR', true],
    ['EACCES', false],
  ])('%s: missing is %s', (code, missing) => expect(isMissing(error(code))).toBe(missing));

  it('are forgiven only where the user may not read', () => {
    expect(isForbidden(fileProblem('read', '/x', error('EACCES')))).toBe(true);
    expect(isForbidden(fileProblem('read', '/x', error('EISDIR')))).toBe(false);
    expect(isForbidden(new AppError('malformed_request', 'not YAML'))).toBe(false);
  });

  it('name the home folder that is not there', () => {
    expect(fileProblem('write', `${NO_HOME}/.proctor/x`, error('ENOTDIR')).message).toContain(
      'no home folder',
    );
  });
});
