import { describe, expect, it } from '@jest/globals';
import { COMMAND_TREE } from '../define-commands.js';
import { completionTable } from './completion-table.js';

const table = completionTable(COMMAND_TREE);
const entry = (path: string) => table.find((one) => one.path === path);

describe('completionTable', () => {
  it('has one entry per command', () => {
    expect(new Set(table.map(({ path }) => path)).size).toBe(table.length);
    for (const { path, commands } of table) {
      for (const { name } of commands) expect(entry(`${path} ${name}`.trim())).toBeDefined();
    }
  });

  it('knows the values of options and positionals', () => {
    expect(entry('execute')?.positionals[0]).toEqual({ many: false, value: 'proc' });
    expect(entry('execute')?.options).toContainEqual(
      expect.objectContaining({ names: ['--file', '-f'], value: 'path' }),
    );
    expect(entry('history')?.options.find(({ names }) => names.includes('--status'))?.value).toMatch(
      /^=RECEIVED /,
    );
    expect(entry('rerun')?.options.find(({ names }) => names.includes('-d'))?.value).toBeNull();
    expect(entry('list')?.options).toContainEqual(
      expect.objectContaining({ names: ['--output', '-o'], value: '=text json' }),
    );
  });

  it('uses each letter for one option per command', () => {
    for (const { options } of table) {
      const names = options.flatMap((option) => option.names);
      expect(new Set(names).size).toBe(names.length);
    }
  });
});
