import { describe, expect, it } from '@jest/globals';
import { CONTEXT_NAMES, describeEnvNameProblem, findEnvNameProblem } from './env-names.js';

describe('findEnvNameProblem', () => {
  it.each(['DATABASE', '_x', 'a1', 'PYTHON_VERSION', 'LDAP_HOST', 'path', 'ENVIRONMENT', 'GIT_BRANCH'])(
    'accepts %s',
    (name) => {
      expect(findEnvNameProblem(name)).toBeNull();
    },
  );

  it.each(['', '1A', 'A-B', 'A B', 'A=B', 'Ä', 'A\n', 'A\0', '__proto__', 'A'.repeat(129)])(
    'refuses %j as no valid name',
    (name) => {
      expect(findEnvNameProblem(name)).toBe('invalid');
    },
  );

  it.each(CONTEXT_NAMES)('keeps %s for Proctor', (name) => {
    expect(findEnvNameProblem(name)).toBe('reserved');
    expect(describeEnvNameProblem('reserved')).toContain(name);
  });

  it.each([
    ...['LD_PRELOAD', 'LD_LIBRARY_PATH', 'DYLD_INSERT_LIBRARIES', 'GLIBC_TUNABLES', 'GCONV_PATH', 'LOCPATH'],
    ...['PATH', 'ENV', 'BASH_ENV', 'IFS', 'PS4', 'PROMPT_COMMAND', 'SHELLOPTS', 'BASHOPTS', 'BASH_FUNC_ls'],
    ...['NODE_OPTIONS', 'NODE_PATH', 'PYTHONSTARTUP', 'PYTHONPATH', 'PYTHONHOME', 'PYTHONWARNINGS'],
    ...['PERL5OPT', 'PERL5LIB', 'RUBYOPT', 'RUBYLIB', 'JAVA_TOOL_OPTIONS', '_JAVA_OPTIONS', 'LUA_INIT_5_4'],
    ...['GIT_SSH', 'GIT_SSH_COMMAND', 'GIT_CONFIG_COUNT'],
  ])('refuses %s, which changes how programs load', (name) => {
    expect(findEnvNameProblem(name)).toBe('changes-loading');
  });
});
