const MIN_PREFIX = 3;
/** More is another word, however long it is. */
const MAX_CHANGES = 8;

/** The candidate that differs by few enough letters for a typo, or that begins with the word. Null: none. */
export function nearestWord(word: string, candidates: readonly string[]): string | null {
  let nearest: string | null = null;
  let fewest = Math.min(MAX_CHANGES, Math.max(2, Math.floor(word.length / 3))) + 1;
  for (const candidate of candidates) {
    const changes = countChanges(word.toLowerCase(), candidate.toLowerCase(), fewest);
    const isOtherWord = changes >= Math.max(word.length, candidate.length);
    if (changes < fewest && !isOtherWord) [nearest, fewest] = [candidate, changes];
  }
  return nearest ?? findLonger(word.toLowerCase(), candidates);
}

function findLonger(start: string, candidates: readonly string[]): string | null {
  if (start.length < MIN_PREFIX) return null;
  return candidates.find((candidate) => candidate.toLowerCase().startsWith(start)) ?? null;
}

/** The Levenshtein distance, or `limit` if it is not less. Takes time linear in the length: it looks at near letters alone. */
export function countChanges(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) >= limit) return limit;
  let row = Array.from({ length: to.length + 1 }, (_, column) => Math.min(column, limit));
  for (let index = 0; index < from.length; index++) {
    const next = Array.from({ length: to.length + 1 }, () => limit);
    next[0] = Math.min(index + 1, limit);
    let fewest = next[0];
    const last = Math.min(to.length, index + limit);
    for (let column = Math.max(1, index + 2 - limit); column <= last; column++) {
      const change = (row[column - 1] ?? limit) + (from[index] === to[column - 1] ? 0 : 1);
      next[column] = Math.min(limit, change, (row[column] ?? limit) + 1, (next[column - 1] ?? limit) + 1);
      fewest = Math.min(fewest, next[column] ?? limit);
    }
    if (fewest >= limit) return limit;
    row = next;
  }
  return row.at(-1) ?? limit;
}
