/** A terminal as a picture. Pure. */

const COLUMN_PX = 8.4;
const LINE_PX = 19;
const PADDING_PX = 18;
const BAR_PX = 34;

const PAPER = '#10151c';
const INK = '#d5dbe3';

/** The SGR codes that Proctor's output uses. */
const COLOURS: Readonly<Record<number, string>> = {
  31: '#ff7b72',
  32: '#56d364',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#76e3ea',
  90: '#8b949e',
};

interface Style {
  bold: boolean;
  dim: boolean;
  colour: number | null;
}

const PLAIN: Style = { bold: false, dim: false, colour: null };

/**
 * @param text what a terminal was sent: lines, with colours as escape sequences (others are left out); a line that
 *   begins with `$ ` is a command that was typed
 */
export function renderTerminal(text: string, { columns, title }: { columns: number; title: string }): string {
  const lines = text.trimEnd().split('\n');
  const width = Math.ceil(columns * COLUMN_PX + 2 * PADDING_PX);
  const height = BAR_PX + lines.length * LINE_PX + PADDING_PX;
  const rows = lines.map((line, index) => {
    const y = BAR_PX + (index + 1) * LINE_PX - 5;
    return `<text x="${PADDING_PX}" y="${y}" xml:space="preserve">${renderLine(line)}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="${INK}">`,
    `<title>${escape(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="10" fill="${PAPER}"/>`,
    ...['#ff5f57', '#febc2e', '#28c840'].map(
      (colour, index) => `<circle cx="${PADDING_PX + 4 + index * 20}" cy="18" r="6" fill="${colour}"/>`,
    ),
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

function renderLine(line: string): string {
  if (line.startsWith('$ '))
    return `<tspan fill="#56d364">$</tspan><tspan font-weight="bold">${escape(line.slice(1))}</tspan>`;
  let style = PLAIN;
  return line
    .split(/(\x1b\[[0-9;]*[A-Za-z])/)
    .map((part) => {
      const codes = /^\x1b\[([0-9;]*)m$/.exec(part)?.[1];
      if (codes !== undefined) style = codes.split(';').map(Number).reduce(applyCode, style);
      return part.startsWith('\x1b') || part === '' ? '' : renderPart(part, style);
    })
    .join('');
}

function applyCode(style: Style, code: number): Style {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 39) return { ...style, colour: null };
  return code in COLOURS ? { ...style, colour: code } : style;
}

function renderPart(text: string, { bold, dim, colour }: Style): string {
  const attributes = [
    ...(colour === null ? [] : [`fill="${COLOURS[colour] ?? INK}"`]),
    ...(bold ? ['font-weight="bold"'] : []),
    ...(dim ? ['opacity="0.6"'] : []),
  ];
  return attributes.length === 0 ? escape(text) : `<tspan ${attributes.join(' ')}>${escape(text)}</tspan>`;
}

const escape = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\x00-\x1f]/g, '');
