import { describePart, type LogPart } from './log-parts.js';

/** What one container must have printed. */
export interface PrintedLog {
  /** `line 1` to `line <lines>`. */
  lines: number;
  /** False: it was stopped before its end, or its log was thrown away, so that any number of its first lines will do. */
  isWhole: boolean;
}

/** How far a log has been read, if it is in order. */
interface Place {
  run: number;
  /** The line that comes next. */
  next: number;
  /** After a marker: lines before the next one may be missing, and the rest of the run too. */
  isLoose: boolean;
  /** Its last line was torn: nothing more comes of this run, unless a marker says why. */
  isTorn: boolean;
}

/**
 * Whether a log is what the containers printed: each line once, in order, one attempt after the other, with holes only
 * where a marker is. A stopped container's last line may be torn. Null: it is; else the first thing that is not.
 * Pure. It follows all readings that are possible at once: where one attempt's log ends is not written in it.
 */
export function describeDisorder(parts: readonly LogPart[], runs: readonly PrintedLog[]): string | null {
  let places = reach([start(0)], runs);
  for (const part of parts) {
    const next = reach(
      places.flatMap((place) => step(place, part, runs)),
      runs,
    );
    if (next.length === 0) return `${describeNext(places, runs)}, but ${describePart(part)} came`;
    places = next;
  }
  const isAll = places.some(({ run }) => run === runs.length);
  return isAll ? null : `${describeNext(places, runs)}, but the log ended`;
}

function start(run: number): Place {
  return { run, next: 1, isLoose: false, isTorn: false };
}

/** The places, and those of the attempts after it for each whose attempt may be over. */
function reach(places: readonly Place[], runs: readonly PrintedLog[]): Place[] {
  const reached = new Map<string, Place>();
  const todo = [...places];
  for (let place = todo.pop(); place; place = todo.pop()) {
    const key = `${place.run} ${place.next} ${place.isLoose} ${place.isTorn}`;
    if (reached.has(key)) continue;
    reached.set(key, place);
    if (mayEnd(place, runs)) todo.push(start(place.run + 1));
  }
  return [...reached.values()];
}

function mayEnd({ run, next, isLoose, isTorn }: Place, runs: readonly PrintedLog[]): boolean {
  const printed = runs[run];
  if (!printed) return false;
  return isLoose || !printed.isWhole || (next === printed.lines + 1 && !isTorn);
}

function step(place: Place, part: LogPart, runs: readonly PrintedLog[]): Place[] {
  const printed = runs[place.run];
  if (!printed) return [];
  switch (part.kind) {
    case 'gap':
      return [{ ...place, isLoose: true, isTorn: false }];
    case 'cut':
      // What was dropped may span attempts.
      return runs.slice(place.run).map((_, later) => ({
        ...(later === 0 ? place : start(place.run + later)),
        isLoose: true,
        isTorn: false,
      }));
    case 'text':
      return isTornLine(part.text, place, printed) ? [{ ...place, isTorn: true }] : [];
    case 'lines': {
      const { from, to } = part;
      const isNext = !place.isTorn && (from === place.next || (place.isLoose && from > place.next));
      if (isNext && to <= printed.lines) {
        return [{ ...place, next: to + 1, isLoose: false }];
      }
      return from === to && isTornLine(`line ${from}`, place, printed) ? [{ ...place, isTorn: true }] : [];
    }
  }
}

/** A program that writes blocks may be stopped in the middle of a line. */
function isTornLine(text: string, { next, isTorn, isLoose }: Place, { lines }: PrintedLog): boolean {
  const whole = `line ${next}`;
  return !isTorn && !isLoose && next <= lines && text.length < whole.length && whole.startsWith(text);
}

function describeNext(places: readonly Place[], runs: readonly PrintedLog[]): string {
  const place = places.reduce((a, b) => (b.run < a.run ? b : a));
  const printed = runs[place.run];
  if (!printed) return runs.length === 0 ? 'no container printed anything' : 'no more lines were printed';
  const of = runs.length > 1 ? ` of attempt ${place.run + 1}` : '';
  return place.next > printed.lines
    ? `nothing more${of} after line ${printed.lines} was to come`
    : `line ${place.next}${of} was to come next`;
}
