import { describePart, type LogPart } from './log-parts.js';

/** The expected output of one container. */
export interface PrintedLog {
  /** `line 1` to `line <lines>`. */
  lines: number;
  /** False: it was stopped early or its log was discarded, so any prefix is accepted. */
  isWhole: boolean;
}

/** A position in the expected output. */
interface Place {
  run: number;
  /** The next expected line. */
  next: number;
  /** After a marker: lines up to the next one, and the rest of the run, may be missing. */
  isLoose: boolean;
  /** The last line was torn: this run has no more lines, unless a marker follows. */
  isTorn: boolean;
}

/**
 * Checks that a log is what the containers printed: each line once, in order, one attempt after the other, with gaps
 * only at markers. The last line of a stopped container may be torn. Returns null, or the first deviation. Pure.
 * Follows all possible readings at once, because a log does not say where the output of an attempt ends.
 */
export function describeDisorder(parts: readonly LogPart[], runs: readonly PrintedLog[]): string | null {
  let places = reach([start(0)], runs);
  for (const part of parts) {
    const next = reach(
      places.flatMap((place) => step(place, part, runs)),
      runs,
    );
    if (next.length === 0) return `expected ${describeNext(places, runs)}, got ${describePart(part)}`;
    places = next;
  }
  const isAll = places.some(({ run }) => run === runs.length);
  return isAll ? null : `expected ${describeNext(places, runs)}, but the log ended`;
}

function start(run: number): Place {
  return { run, next: 1, isLoose: false, isTorn: false };
}

/** The places, plus the start of the next attempt for each attempt that may be over. */
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
      // The dropped lines may span attempts.
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

/** A program that writes in blocks may be stopped in the middle of a line. */
function isTornLine(text: string, { next, isTorn, isLoose }: Place, { lines }: PrintedLog): boolean {
  const whole = `line ${next}`;
  return !isTorn && !isLoose && next <= lines && text.length < whole.length && whole.startsWith(text);
}

function describeNext(places: readonly Place[], runs: readonly PrintedLog[]): string {
  const place = places.reduce((a, b) => (b.run < a.run ? b : a));
  const printed = runs[place.run];
  if (!printed) return runs.length === 0 ? 'no output' : 'no more lines';
  const of = runs.length > 1 ? ` of attempt ${place.run + 1}` : '';
  return place.next > printed.lines
    ? `no more lines${of} after line ${printed.lines}`
    : `line ${place.next}${of}`;
}
