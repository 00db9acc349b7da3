import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { shellCommand, shellWord } from './shell-word.js';

describe('shellWord', () => {
  it.each(['say-hello', 'NAME=a/b:c@d,e+f.g', 'proctor', '-f', '--time-zone'])('leaves %s plain', (word) => {
    expect(shellWord(word)).toBe(word);
  });

  it('keeps every word as it is when a shell reads it', () => {
    const words = [
      '',
      ' ',
      'a b',
      "it's",
      '$HOME',
      '`id`',
      '"',
      '\\',
      '*',
      '~',
      '#x',
      '!',
      '&',
      ';',
      '(',
      '{a,b}',
      'a\nb',
      "''",
      'ü',
    ];
    const printed = execFileSync('/bin/sh', ['-c', `${shellCommand('printf', '%s\\0', ...words)}`]);
    expect(String(printed).split('\0').slice(0, -1)).toEqual(words);
  });
});
