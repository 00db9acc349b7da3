import { parseEnv } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseEnvFile } from './parse-env-file.js';

const parse = (text: string) => ({ ...parseEnvFile(text, 'f') });
const PEM = '-----BEGIN KEY-----\nMIIB+/=\n-----END KEY-----\n';

describe('parseEnvFile', () => {
  it.each<[string, string, Record<string, string>]>([
    ['a value with = and $', 'A=pa$$x=y$B', { A: 'pa$$x=y$B' }],
    ['a quote inside a value', 'A=it\'s "ok"', { A: 'it\'s "ok"' }],
    ['spaces around', '  A = two words  \nB=\t1', { A: 'two words', B: '1' }],
    ['export', 'export A=1\nexport\tB="2"\nexported=3', { A: '1', B: '2', exported: '3' }],
    ['a byte order mark and Windows lines', '\ufeffA=1\r\nB="2\r\n3"\r\n', { A: '1', B: '2\n3' }],
    ['no value', 'A=\nB=\'\'\nC=""\nD= # none', { A: '', B: '', C: '', D: '' }],
    ['comments', '# one\n\n  # two\nA=1 # three\nB="2" # four\nC=3\t#five', { A: '1', B: '2', C: '3' }],
    ['a # that is no comment', 'A=pa#ss\nB="a # b"\nC=\'#\'', { A: 'pa#ss', B: 'a # b', C: '#' }],
    ['several lines in double quotes', `KEY="${PEM}"\nB=1`, { KEY: PEM, B: '1' }],
    ['several lines in single quotes', `KEY='${PEM}'\nB=1`, { KEY: PEM, B: '1' }],
    ['several lines in backticks', `KEY=\`${PEM}\``, { KEY: PEM }],
    ['lines in quotes that look like others', 'A="\n# no comment\nB=2\n"', { A: '\n# no comment\nB=2\n' }],
    ['escapes in double quotes', String.raw`A="a\nb\tc\"d\"\\n\$e\'"`, { A: 'a\nb\tc"d"\\n$e\'' }],
    ['other backslashes', String.raw`A="\d\x41"` + '\nB=C:\\new', { A: '\\d\\x41', B: 'C:\\new' }],
    ['no escapes in single quotes', String.raw`A='a\nb\\'`, { A: String.raw`a\nb\\` }],
    ['JSON', `A='{"a":"b\\n"}'`, { A: '{"a":"b\\n"}' }],
    ['the end without a newline', 'A="1"', { A: '1' }],
    ['nothing', ' \n# only\n', {}],
  ])('reads %s', (_, text, values) => {
    expect(Object.entries(parseEnvFile(text, 'f'))).toEqual(Object.entries(values));
  });

  it.each([
    ['A=1\nhunter2', 'line 2: expected NAME=value'],
    ['=hunter2', 'line 1: expected NAME=value'],
    ['export A', 'line 1: expected NAME=value'],
    ['A: hunter2', 'line 1: expected NAME=value'],
    ['A B=hunter2', 'line 1: expected NAME=value'],
    ['__proto__=hunter2', 'line 1: expected NAME=value'],
    ['1A=hunter2', 'line 1: expected NAME=value'],
    ['A=1\nA=hunter2', 'line 2: A is given twice'],
    ['B=1\nA="hunter2\nC=3', 'line 2: the quote that opens the value of A is not closed'],
    ["A='hunter2", 'line 1: the quote that opens the value of A is not closed'],
    ["A='it\\'s hunter2'", 'line 1: the value of A goes on after its closing quote'],
    ['A="', 'line 1: the quote that opens the value of A is not closed'],
    [String.raw`A="hunter2\"`, 'line 1: the quote that opens the value of A is not closed'],
    ['A="\n\n"hunter2', 'line 3: the value of A goes on after its closing quote'],
    ['A="1"#hunter2', 'line 1: the value of A goes on after its closing quote'],
  ])('refuses %j by line number, without quoting it', (text, says) => {
    expect(() => parse(text)).toThrow(`f, ${says}.`);
    expect(() => parse(text)).not.toThrow('hunter2');
  });

  it('reads a file as Node does, wherever Node keeps the text', () => {
    const name = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,8}$/);
    // Node ends a value without quotes at any `#`, and knows no escape but \n.
    const bare = fc.stringMatching(/^[A-Za-z0-9$=+/:.,-]{0,20}$/);
    const single = fc.stringMatching(/^[A-Za-z0-9 #$"=\\\n]{0,20}$/).map((text) => `'${text}'`);
    const double = fc.stringMatching(/^[A-Za-z0-9 #$'=\n]{0,20}$/).map((text) => `"${text}"`);
    const line = fc.tuple(fc.constantFrom('', 'export '), fc.oneof(bare, single, double));
    fc.assert(
      fc.property(fc.dictionary(name, line), (lines) => {
        const text = Object.entries(lines)
          .map(([key, [prefix, value]]) => `${prefix}${key}=${value}\n`)
          .join('# a comment\n\n');
        expect(parse(text)).toEqual({ ...parseEnv(text) });
      }),
    );
  });
});
