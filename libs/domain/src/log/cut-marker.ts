/** The line between the head and the tail of a log that exceeds its limit. Sizes are texts such as `10 MiB`. */
export function cutMarker(limit: string, kept: string): string {
  return `[proctor: this log ${EXCEEDS} of ${limit}; from here on, only the last ${kept} are kept]`;
}

const EXCEEDS = 'exceeds its limit';

/** Whether a line of a log is a marker of Proctor that stands for lines that were cut. */
export function isCutMarker(line: string): boolean {
  return line.startsWith(`[proctor: this log ${EXCEEDS}`);
}
