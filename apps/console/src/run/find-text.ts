import type { LinePart } from './line-parts.js';

/** A piece of a line in one style, which a search found or did not. */
export interface MarkedPart extends LinePart {
  isFound: boolean;
}

/** Where the text occurs, as the gateway searches: upper and lower case are the same, unless the text has upper case. */
export function occurrencesOf(text: string, line: string): [from: number, until: number][] {
  const ignoresCase = text === text.toLowerCase();
  const searched = ignoresCase ? line.toLowerCase() : line;
  // Lowering changes the length of few letters. Then nothing is marked, rather than something else.
  if (text === '' || searched.length !== line.length) return [];
  const found: [number, number][] = [];
  for (let at = searched.indexOf(text); at >= 0; at = searched.indexOf(text, at + text.length)) {
    found.push([at, at + text.length]);
  }
  return found;
}

/** Cuts the parts where occurrences of a text begin and end, which may be in different parts. */
export function markParts(parts: readonly LinePart[], text: string): MarkedPart[] {
  const found = occurrencesOf(text, parts.map((part) => part.text).join(''));
  if (found.length === 0) return parts.map((part) => ({ ...part, isFound: false }));
  const edges = found.flat();
  let start = 0;
  return parts.flatMap((part) => {
    const end = start + part.text.length;
    const cuts = [start, ...edges.filter((edge) => edge > start && edge < end), end];
    const offset = start;
    start = end;
    return cuts.slice(1).flatMap((until, index): MarkedPart[] => {
      const from = cuts[index] ?? until;
      const isFound = found.some(([first, last]) => from >= first && from < last);
      const piece = part.text.slice(from - offset, until - offset);
      return piece === '' ? [] : [{ ...part, text: piece, isFound }];
    });
  });
}

const ERROR = /\b(?:error|fatal|panic|traceback|critical)|exception\b|\bfail(?:ed|ure)?\b/i;

/** Whether a line looks as if it says what went wrong. */
export function looksLikeError(line: string): boolean {
  return ERROR.test(line);
}
