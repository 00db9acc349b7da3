import { procMetadata } from '@app/contract';
import { describe, expect, it } from '@jest/globals';
import { parseYamlMap } from '../args/parse-yaml-map.js';
import { renderProc } from './render-proc.js';
import { renderTemplate } from './render-template.js';
import { pagedTable } from './table.js';

describe('pagedTable', () => {
  it('prints the header once, and never narrows a column', () => {
    const table = pagedTable(['A', 'B']);
    const pages = [[['x', '1']], [['long', '2']], [['y', '3']]];
    expect(pages.map((rows) => table(rows)).join('')).toBe('A  B\nx  1\nlong  2\ny     3\n');
  });
});

describe('a typed arg', () => {
  const typed = procMetadata.parse({
    name: 'greet',
    image_name: 'proctor/greet:1',
    env_vars: {
      args: [
        { name: 'N', description: 'How many', type: 'number', min: 1, max: 9, default: 3 },
        { name: 'E', type: 'enum', options: ['a', 'b'], required: true },
        { name: 'S', type: 'secret', required: true },
        { name: 'P', pattern: '[a-z]+', example: 'abc' },
      ],
    },
  });

  it('is described with all its rules', () => {
    const text = renderProc(typed);
    expect(text).toContain('How many (from 1 to 9; default "3")');
    expect(text).toMatch(/E +enum +required +\(one of a, b\)/);
    expect(text).toMatch(/S +secret +required +\(prompted for, or from a file with -f\)/);
    expect(text).toContain('(matching [a-z]+; e.g. "abc")');
    expect(text).toContain('proctor execute greet E=VALUE\n');
  });

  it('is active in a template only if it must be filled in', () => {
    const text = renderTemplate(typed);
    expect(text).toContain('# N: "3"');
    expect({ ...parseYamlMap(text, 'args.yaml') }).toEqual({ E: '', S: '' });
  });
});
