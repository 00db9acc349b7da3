import { hasLostLog, isCancelled } from '@app/domain';
import { endedByItself, untilMs, type Case, type CaseFile } from '../case-file.js';
import type { Violation } from '../evidence.js';
import type { FaultsNear } from '../faults-near.js';
import { describeParts, partsOfLines, type LogPart } from '../log-parts.js';
import { describeDisorder, type PrintedLog } from '../match-log.js';

/** Every line of every attempt is stored once and in order, with gaps only at markers; viewers saw the same. Pure. */
export function checkLogs({ cases, evidence, faults }: CaseFile): Violation[] {
  return [...cases.values()].flatMap((one) => {
    // 'one correct end' reports executions that have not ended.
    if (one.end === null) return [];
    const stored = evidence.logs.get(one.id) ?? [];
    const problem =
      describeLog(one, stored, faults) ??
      describeView('a live viewer saw', viewOf(one), one, stored) ??
      describeView('the API returns', evidence.details.get(one.id)?.log ?? null, one, stored);
    return problem === null ? [] : [{ promise: 'each line once', subject: `execution ${one.id}`, problem }];
  });
}

function describeLog(one: Case, parts: readonly LogPart[], faults: FaultsNear): string | null {
  const printed = printedBy(one);
  if (printed === null) return null;
  const disorder = describeDisorder(parts, printed);
  if (disorder !== null) return `${disorder} (stored: ${describeParts(parts)})`;
  const gap = parts.find(({ kind }) => kind === 'gap');
  if (gap && !mayHaveGap(one, faults)) return 'a gap marker without a fault to explain it';
  const cut = parts.find(({ kind }) => kind === 'cut');
  if (cut && 'text' in cut && !mayBeCut(cut.text, printed))
    return 'cut, although its output is within the limit';
  if (!gap && one.end && hasLostLog(one.end.status)) return 'FETCH_POD_LOG_FAILED, but the log is complete';
  return null;
}

/** Null: its script is unknown. */
function printedBy({ script, runs, end }: Case): PrintedLog[] | null {
  if (!script) return null;
  // A cancel may delete the pod after its container has ended and before its last lines are read.
  const isWhole = end === null || !isCancelled(end.status);
  // A pod that was lost before the worker saw it may have printed lines: a gap marks them.
  if (runs.length === 0) return [{ lines: 0, isWhole: true }];
  return runs.map((run) => ({ lines: script.lines, isWhole: isWhole && endedByItself(run) }));
}

function viewOf({ submission }: Case): LogPart[] | null {
  return submission?.viewedLines ? partsOfLines(submission.viewedLines) : null;
}

function describeView(
  who: string,
  view: readonly LogPart[] | null,
  one: Case,
  stored: readonly LogPart[],
): string | null {
  if (view === null) return null;
  // Lines past the limit are stored until newer ones need the room, so a viewer may have got more of them.
  const printed = printedBy(one);
  if (stored.some(({ kind }) => kind === 'cut') && printed) {
    const disorder = describeDisorder(view, printed);
    return disorder === null ? null : `${who} another log: ${disorder}`;
  }
  const [seen, kept] = [describeParts(view), describeParts(stored)];
  const isSame = view.length === stored.length && seen === kept;
  return isSame ? null : `${who} another log: ${seen}; stored: ${kept}`;
}

/** A node may lose lines, a follower may read too late, and a cancel may delete the pod before its log is read. */
function mayHaveGap({ runs, row, end }: Case, faults: FaultsNear): boolean {
  return (
    (end !== null && isCancelled(end.status)) ||
    runs.some((run) => !endedByItself(run) || faults.ofPods(run.startedAtMs, untilMs(run))) ||
    faults.any(row.createdAtMs, row.endedAtMs ?? Infinity)
  );
}

/** The minimum cost of a row, and the share of the limit for the head of a log: libs/database and the worker's log budget. */
const MIN_ROW_COST_BYTES = 32;
const HEAD_SHARE = 0.75;
const UNITS: Record<string, number> = { KiB: 1024, MiB: 1024 * 1024 };

function mayBeCut(marker: string, printed: readonly PrintedLog[]): boolean {
  const [, size, unit] = /limit of ([\d.]+) (KiB|MiB)/.exec(marker) ?? [];
  const limitBytes = Number(size) * (UNITS[unit ?? ''] ?? NaN);
  const maxBytes = printed.reduce((sum, { lines }) => sum + lines * MIN_ROW_COST_BYTES, 0);
  return maxBytes >= limitBytes * HEAD_SHARE;
}
