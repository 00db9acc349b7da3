/** A line that was removed (`-`), added (`+`) or kept (` `). */
export interface DiffLine {
  sign: '-' | '+' | ' ';
  line: string;
}

/** The shortest edit script between two texts of up to some hundred lines. */
export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  const common = commonLengths(before, after);
  const diff: DiffLine[] = [];
  let [oldIndex, newIndex] = [0, 0];
  while (oldIndex < before.length || newIndex < after.length) {
    const [oldLine, newLine] = [before[oldIndex], after[newIndex]];
    if (oldLine !== undefined && oldLine === newLine) {
      diff.push({ sign: ' ', line: oldLine });
      oldIndex += 1;
      newIndex += 1;
    } else if (
      oldLine !== undefined &&
      (newLine === undefined || at(common, oldIndex + 1, newIndex) >= at(common, oldIndex, newIndex + 1))
    ) {
      diff.push({ sign: '-', line: oldLine });
      oldIndex += 1;
    } else {
      diff.push({ sign: '+', line: newLine ?? '' });
      newIndex += 1;
    }
  }
  return diff;
}

/** [i][j]: the length of the longest common subsequence of `before` from i and `after` from j. */
function commonLengths(before: readonly string[], after: readonly string[]): number[][] {
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
