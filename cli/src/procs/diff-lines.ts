/** A line that went (`-`), came (`+`) or stayed (` `). */
export interface DiffLine {
  sign: '-' | '+' | ' ';
  line: string;
}

/** The fewest lines that must go and come, in order: the longest common part stays. For some hundred lines. */
export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  const common = lengthsOfCommonEnds(before, after);
  const diff: DiffLine[] = [];
  let [old, fresh] = [0, 0];
  while (old < before.length || fresh < after.length) {
    const [oldLine, freshLine] = [before[old], after[fresh]];
    if (oldLine !== undefined && oldLine === freshLine) {
      diff.push({ sign: ' ', line: oldLine });
      old += 1;
      fresh += 1;
    } else if (
      oldLine !== undefined &&
      (freshLine === undefined || at(common, old + 1, fresh) >= at(common, old, fresh + 1))
    ) {
      diff.push({ sign: '-', line: oldLine });
      old += 1;
    } else {
      diff.push({ sign: '+', line: freshLine ?? '' });
      fresh += 1;
    }
  }
  return diff;
}

/** [i][j]: how many lines `before` from i and `after` from j have in common. */
function lengthsOfCommonEnds(before: readonly string[], after: readonly string[]): number[][] {
  const lengths = Array.from({ length: before.length + 1 }, () =>
    new Array<number>(after.length + 1).fill(0),
  );
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const row = lengths[i];
      if (!row) continue;
      row[j] =
        before[i] === after[j]
          ? at(lengths, i + 1, j + 1) + 1
          : Math.max(at(lengths, i + 1, j), at(lengths, i, j + 1));
    }
  }
  return lengths;
}

function at(lengths: readonly number[][], i: number, j: number): number {
  return lengths[i]?.[j] ?? 0;
}
