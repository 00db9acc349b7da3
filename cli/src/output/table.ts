/** Aligned columns, each as wide as its widest cell, without trailing spaces. */
export function formatTable(header: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  return alignColumns([header, ...rows]);
}

/** Aligned `name  value` lines. */
export function formatFields(fields: ReadonlyArray<readonly [name: string, value: string]>): string {
  return alignColumns(fields);
}

/**
 * A table whose rows arrive in pages. Each call returns the next lines, the first one with the header. Columns are as wide
 * as their widest cell so far.
 */
export function pagedTable(header: readonly string[]): (rows: ReadonlyArray<readonly string[]>) => string {
  const widths: number[] = [];
  let isFirst = true;
  return (rows) => {
    const lines = alignColumns(isFirst ? [header, ...rows] : rows, widths);
    isFirst = false;
    return lines;
  };
}

function alignColumns(rows: ReadonlyArray<readonly string[]>, widths: number[] = []): string {
  for (const row of rows) {
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell))));
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - displayWidth(cell)))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
const NO_WIDTH = /\p{M}|[\u200b-\u200f]/u;

/** The text's width in terminal columns: two for East Asian wide characters and emoji, none for combining marks. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += NO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}
