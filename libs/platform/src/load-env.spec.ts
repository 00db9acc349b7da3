import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { booleanVar, integerVar, portVar, textVar } from './env-vars.js';
import { ConfigurationError, type ConfigurationProblem, loadEnv } from './load-env.js';

const schema = z.object({
  APP_PORT: portVar,
  APP_NAME: textVar('a name').default('proctor'),
  APP_ENABLED: booleanVar().optional(),
  APP_PASSWORD: integerVar({ min: 10 }),
});

function problemsOf(env: Record<string, string>): readonly ConfigurationProblem[] {
  try {
    loadEnv(schema, env);
  } catch (err) {
    if (err instanceof ConfigurationError) return err.problems;
    throw err;
  }
  return [];
}

describe('loadEnv', () => {
  it('parses the variables, fills in defaults and ignores other variables', () => {
    expect(loadEnv(schema, { APP_PORT: '80', APP_PASSWORD: '12', HOME: '/root' })).toEqual({
      APP_PORT: 80,
      APP_NAME: 'proctor',
      APP_PASSWORD: 12,
    });
  });

  it('lists all problems at once, in one readable message', () => {
    expect(() => loadEnv(schema, { APP_PORT: 'http', APP_ENABLED: 'maybe', APP_PASSWORD: '11' })).toThrow(
      [
        '2 problems in the configuration (environment variables):',
        '  APP_PORT: expected a port number from 1 to 65535, but it is "http"',
        '  APP_ENABLED: expected true or false (also 1/0, yes/no), but it is "maybe"',
      ].join('\n'),
    );
  });

  it('counts an empty string as unset', () => {
    expect(problemsOf({ APP_PORT: '', APP_NAME: '', APP_PASSWORD: '10' })).toEqual([
      { variable: 'APP_PORT', expected: 'a port number from 1 to 65535', found: 'not set' },
    ]);
  });

  it('adds the problems found by other checks', () => {
    const other = { variable: 'PLUGIN', expected: 'a plugin', found: 'not set' };
    expect(() => loadEnv(schema, { APP_PORT: '80', APP_PASSWORD: '12' }, [other])).toThrow(
      '1 problem in the configuration (environment variables):\n  PLUGIN: expected a plugin, but it is not set',
    );
    expect(() => loadEnv(schema, { APP_PORT: 'x', APP_PASSWORD: '12' }, [other])).toThrow(
      /2 problems.*\n {2}APP_PORT: .*\n {2}PLUGIN: /,
    );
  });

  it('never shows the value of a variable that may be secret', () => {
    const problems = problemsOf({ APP_PORT: '1', APP_PASSWORD: 'hunter2' });
    expect(problems).toHaveLength(1);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it('hides the credentials of an address', () => {
    const found = problemsOf({ APP_PORT: 'redis://me:hunter2@host:1', APP_PASSWORD: '10' })[0]?.found;
    expect(found).toBe('"redis://***@host:1"');
  });
});
