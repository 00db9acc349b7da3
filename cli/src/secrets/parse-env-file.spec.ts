import { describe, expect, it } from '@jest/globals';
import { parseEnvFile } from './parse-env-file.js';

describe('parseEnvFile', () => {
  it('keeps a value unchanged, except for quotes around the whole', () => {
    const text = '\ufeff# about\nA=pa#ss$x "y\r\n\nexport B="two words"\nC=\'\'\nD=a=b\nE="\n';
    expect({ ...parseEnvFile(text, 'f') }).toEqual({
      A: 'pa#ss$x "y',
      B: 'two words',
      C: '',
      D: 'a=b',
      E: '"',
    });
  });

  it.each([
    ['A=1\nhunter2', 'line 2'],
    ['=hunter2', 'line 1'],
    ['A=1\nA=hunter2', 'A is given twice'],
  ])('refuses %j by line number, without quoting it', (text, says) => {
    expect(() => parseEnvFile(text, 'f')).toThrow(says);
    expect(() => parseEnvFile(text, 'f')).not.toThrow('hunter2');
  });
});
