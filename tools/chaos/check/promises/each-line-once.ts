import { hasLostLog, isCancelled } from '@app/domain';
import { endedByItself, untilMs, type Case, type CaseFile } from '../case-file.js';
import type { Violation } from '../evidence.js';
import type { FaultsNear } from '../faults-near.js';
import { describeParts, partsOfLines, type LogPart } from '../log-parts.js';
import { describeDisorder, type PrintedLog } from '../match-log.js';

/** Every line of every attempt once and in order; markers are the only holes; viewers saw the same. Pure. */
export function checkLogs({ cases, evidence, faults }: CaseFile): Violation[] {
  return [...cases.values()].flatMap((one) => {
    // What goes on is told of by another promise.
    if (one.end === null) return [];
    const stored = evidence.logs.get(one.id) ?? [];
    const told =
      describeLog(one, stored, faults) ??
      describeView('a live viewer saw', viewOf(one), one, stored) ??
      describeView('the API says', evidence.looks.get(one.id)?.log ?? null, one, stored);
    return told === null ? [] : [{ promise: 'each line once', subject: `execution ${one.id}`, told }];
  });
}

function describeLog(one: Case, parts: readonly LogPart[], faults: FaultsNear): string | null {
  const printed = printedBy(one);
  if (printed === null) return null;
  const disorder = describeDisorder(parts, printed);
  if (disorder !== null) return `${disorder} (it has ${describeParts(parts)})`;
  const gap = parts.find(({ kind }) => kind === 'gap');
  if (gap && !mayHaveGap(one, faults)) return `lines are said to be missing, but nothing was at fault`;
  const cut = parts.find(({ kind }) => kind === 'cut');
  if (cut && 'text' in cut && !mayBeCut(cut.text, printed)) return 'it was cut, but it is not that long';
  if (!gap && one.end && hasLostLog(one.end.status)) return 'its log could not be read, but it is all there';
  return null;
}

/** Null: nobody knows what it prints. */
function printedBy({ script, runs, end }: Case): PrintedLog[] | null {
  if (!script) return null;
  // A cancel may take the pod away between the end of its container and the reading of its last lines.
  const isWhole = end === null || !isCancelled(end.status);
  // A pod that was lost before anybody saw it may have printed something: a gap says so.
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
  // What is past the limit is stored only until newer lines need the room: a viewer may have got more of it.
  const printed = printedBy(one);
  if (stored.some(({ kind }) => kind === 'cut') && printed) {
    const disorder = describeDisorder(view, printed);
    return disorder === null ? null : `${who} something else: ${disorder}`;
  }
  const [seen, kept] = [describeParts(view), describeParts(stored)];
  const isSame = view.length === stored.length && seen === kept;
  return isSame ? null : `${who} something else: ${seen}, where ${kept} is stored`;
}

/** The node no longer has what it lost, nor what a follower could not read in time. */
function mayHaveGap({ runs, row }: Case, faults: FaultsNear): boolean {
  return (
    runs.some((run) => !endedByItself(run) || faults.ofPods(run.startedAtMs, untilMs(run))) ||
    faults.any(row.createdAtMs, row.endedAtMs ?? Infinity)
  );
}

/** What a row costs at least, and which part of the limit the beginning may take: libs/database, worker's log budget. */
const MIN_ROW_COST_BYTES = 32;
const HEAD_SHARE = 0.75;
const UNITS: Record<string, number> = { KiB: 1024, MiB: 1024 * 1024 };

function mayBeCut(marker: string, printed: readonly PrintedLog[]): boolean {
  const [, size, unit] = /limit of ([\d.]+) (KiB|MiB)/.exec(marker) ?? [];
  const limitBytes = Number(size) * (UNITS[unit ?? ''] ?? NaN);
  const maxBytes = printed.reduce((sum, { lines }) => sum + lines * MIN_ROW_COST_BYTES, 0);
  return maxBytes >= limitBytes * HEAD_SHARE;
}
