/** A shell command that prints the time in milliseconds since 1970, so that the receiver of the line can tell its delay. */
export function printTimes(lines: number, everySeconds: number): string {
  return `n=0; while [ $n -lt ${lines} ]; do date +%s%3N; n=$((n + 1)); sleep ${everySeconds}; done`;
}
