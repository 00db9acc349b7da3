import { describe, expect, it } from '@jest/globals';
import { booleanVar, commaListVar, integerVar, textVar } from '@app/platform';
import * as z from 'zod';
import { readSettings } from './read-settings.js';

const services = {
  gateway: z.object({ PORT: integerVar({ min: 1, max: 9, default: 5 }), NAME: textVar() }),
  worker: z.object({ NAME: textVar(), LIST: commaListVar.optional(), ON: booleanVar().default(false) }),
};

const groupOf = (...names: string[]) => [
  { title: 'All', settings: Object.fromEntries(names.map((name) => [name, { meaning: `Says ${name}.` }])) },
];

describe('readSettings', () => {
  it('takes defaults, readers and accepted values from the schemas', () => {
    const { groups, problems } = readSettings(services, groupOf('PORT', 'NAME', 'LIST', 'ON'));
    expect(problems).toEqual([]);
    const optional = { isRequired: false, readBy: 'worker' };
    expect(groups[0]?.settings).toEqual([
      {
        ...{ name: 'PORT', meaning: 'Says PORT.', default: '5', isRequired: false, readBy: 'gateway' },
        expected: 'a whole number from 1 to 9',
      },
      {
        name: 'NAME',
        meaning: 'Says NAME.',
        default: '',
        isRequired: true,
        readBy: 'all services',
        expected: null,
      },
      { ...optional, name: 'LIST', meaning: 'Says LIST.', default: '', expected: 'a comma-separated list' },
      {
        ...{ ...optional, name: 'ON', meaning: 'Says ON.', default: 'false' },
        expected: 'true or false (also 1/0, yes/no)',
      },
    ]);
  });

  it('names a variable without a text, and a text without a variable', () => {
    const { problems } = readSettings(services, groupOf('PORT', 'NAME', 'LIST', 'GONE'));
    expect(problems).toEqual([
      'ON: read by worker, but tools/docs/settings.ts has no text for it',
      'GONE: has a text in tools/docs/settings.ts, but no service reads it',
    ]);
  });
});
