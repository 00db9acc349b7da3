import { describe, expect, it } from '@jest/globals';
import { parseCommandLine, wantsJson } from './command-line.js';
import { COMMANDS } from './define-commands.js';
import type { Command } from './tree/command.js';

const COMMAND_NAMES = COMMANDS.map(({ name }) => name).filter((name) => name !== 'help');

describe('parseCommandLine', () => {
  it.each([
    ['list'],
    ['list', '-o', 'json'],
    ['execute', 'p'],
    ['execute', 'p', 'A=1', '-f', 'x', 'B=2'],
    ['execute', 'p', '--', 'A=1'],
    ['status', '9007199254740991'],
    ['config', 'show'],
    ['config', '--host', 'x', '--yes'],
    ['config', 'EMAIL_ID=x'],
    ['template', 'p', 'f', '-y'],
    ['schedule', 'list'],
    ['schedule', 'create', 'list', '-c', '@daily', '-g', 'g', '-n', 'n', '-T', 't', 'A=1'],
    ['schedule', 'p', '-c', '@daily', '-g', 'g', '-n', 'n', '-T', 't', '--', '-A=1'],
    ['procs', 'apply', '-f', 'a', '-f', 'b', '--dry-run'],
    ['group', 'add', 'g', 'a@b.c', 'd@e.f'],
    ['history', '--status', 'FINISHED', '--status', 'POD_FAILED', '-o', 'text', '-o', 'json'],
    ['completion', 'fish'],
  ])('accepts %s %s %s', async (...words) => {
    expect(await parseCommandLine(words, 80)).toMatchObject({ kind: 'run', json: words.includes('json') });
  });

  it.each([
    ['bogus'],
    ['execute'],
    ['status'],
    ['status', '7', '8'],
    ['template', 'p'],
    ['list', '--bogus'],
    ['list', '-o', 'xml'],
    ['list', '-o'],
    ['execute', 'p', '-f'],
    ['config', '--host'],
    ['config', 'show', 'x'],
    ['help', 'bogus'],
    ['--bogus'],
    ['execute', 'p', '--__proto__', 'x'],
    ['schedule', 'p'],
    ['schedule', '-c', 'x', '-g', 'g', '-n', 'n', '-T', 't'],
    ['group', 'add', 'g'],
    ['procs', 'bogus'],
    ['help', 'procs', 'bogus'],
    ['completion', 'tcsh'],
  ])('refuses %s %s %s %s with a hint', async (...words) => {
    await expect(parseCommandLine(words, 80)).rejects.toMatchObject({
      code: 'malformed_request',
      message: expect.not.stringMatching(/undefined|TypeError/) as unknown,
      hint: expect.stringContaining('proctor help') as unknown,
    });
  });

  it.each<[string, string, string]>([
    ['lst', 'Unknown command: lst.', '`proctor list`'],
    ['procs aply', 'Unknown command: aply.', '`proctor procs apply`'],
    ['schedule lst', 'Missing options: --group, --notify, --tags.', '`proctor schedule list`'],
    ['help procs aply', 'Unknown command: aply.', '`proctor procs apply`'],
    ['--version', 'No command given.', '`proctor version`'],
    ['list --nams', 'Unknown option: --nams.', '`--names`'],
    ['list --outptu json', 'Unknown option: --outptu.', '`--output`'],
    ['audit --sinc 1d --unti x', 'Unknown options: --sinc, --unti.', '`--since`'],
  ])('%s: did you mean', async (words, message, nearest) => {
    await expect(parseCommandLine(words.split(' '), 80)).rejects.toMatchObject({
      message,
      hint: expect.stringContaining(`Did you mean ${nearest}? See `) as unknown,
    });
  });

  it.each([
    ['list extra', 'Unexpected argument: extra.'],
    ['list -z', 'Unknown option: -z.'],
    ['xyzzy', 'Unknown command: xyzzy.'],
  ])('%s: suggests nothing', async (words, message) => {
    await expect(parseCommandLine(words.split(' '), 80)).rejects.toMatchObject({
      message,
      hint: expect.stringMatching(/^See /) as unknown,
    });
  });

  it.each(COMMAND_NAMES)('shows help for %s, with an example', async (name) => {
    const help = await parseCommandLine(['help', name], 80);
    expect(help).toMatchObject({ kind: 'help', text: expect.stringContaining(`proctor ${name}`) as unknown });
    expect(help).toMatchObject({ text: expect.stringContaining('Examples:') as unknown });
  });

  const paths = (commands: readonly Command[], before: string[] = []): string[][] =>
    commands.flatMap(({ name, subcommands }) => [
      [...before, name],
      ...paths(subcommands, [...before, name]),
    ]);

  it.each(paths(COMMANDS).filter(([name]) => name !== 'help'))(
    'shows help for %s %s, with an example',
    async (...path) => {
      const words = path.filter((word) => word !== undefined);
      const help = await parseCommandLine(['help', ...words], 80);
      expect(help).toMatchObject({ text: expect.stringContaining(`proctor ${words.join(' ')}`) as unknown });
      expect(help).toMatchObject({ text: expect.stringContaining('Examples:') as unknown });
    },
  );

  it.each([[[]], [['help']], [['--help']]])('lists commands and exit codes for %j', async (words) => {
    const help = await parseCommandLine(words, 80);
    for (const name of COMMAND_NAMES)
      expect(help).toMatchObject({ text: expect.stringContaining(`proctor ${name}`) as unknown });
    expect(help).toMatchObject({ text: expect.stringContaining('130  interrupted') as unknown });
  });
});

describe('wantsJson', () => {
  it.each([
    [['bogus', '-o', 'json'], true],
    [['--output=json'], true],
    [['-ojson'], true],
    [['--output', 'text'], false],
    [['json'], false],
  ])('%j: %s', (words, expected) => {
    expect(wantsJson(words)).toBe(expected);
  });
});
