import { describe, expect, it } from '@jest/globals';
import { renderTerminal } from './terminal-svg.js';

const render = (text: string): string => renderTerminal(text, { columns: 20, title: 'A <test>' });

describe('renderTerminal', () => {
  it('draws a line of text for each line, with its colours and without other control sequences', () => {
    const svg = render('$ npm start\n\x1b[32m✔\x1b[0m build \x1b[2m(1 s)\x1b[22m\x1b[K\n');
    expect(svg.match(/<text /g)).toHaveLength(2);
    expect(svg).toContain('<tspan fill="#56d364">✔</tspan> build <tspan opacity="0.6">(1 s)</tspan></text>');
    expect(svg).not.toContain('\x1b');
  });

  it('escapes what would be markup', () => {
    const svg = render('a < b & c > d');
    expect(svg).toContain('a &lt; b &amp; c &gt; d');
    expect(svg).toContain('<title>A &lt;test&gt;</title>');
  });
});
