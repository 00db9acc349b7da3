const MIN_PREFIX = 3;

/** The candidate that differs by few enough letters for a typo, or that begins with the word. Null: none. */
export function nearestWord(word: string, candidates: readonly string[]): string | null {
  let nearest: string | null = null;
  let fewest = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const changes = countChanges(word.toLowerCase(), candidate.toLowerCase());
    const isOtherWord = changes >= Math.max(word.length, candidate.length);
    if (changes < fewest && !isOtherWord) [nearest, fewest] = [candidate, changes];
  }
  return nearest ?? findLonger(word.toLowerCase(), candidates);
}

function findLonger(start: string, candidates: readonly string[]): string | null {
  if (start.length < MIN_PREFIX) return null;
  return candidates.find((candidate) => candidate.toLowerCase().startsWith(start)) ?? null;
}

/** The Levenshtein distance. */
function countChanges(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column++) {
      const change = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(change, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
