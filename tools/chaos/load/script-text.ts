import type { Script } from '../record.js';

/** With more lines, starting `seq` is faster than a shell loop. */
const MAX_LOOPED = 200;

/** A `Script` as shell text that starts as few processes as possible. */
export function scriptText({ lines, durationMs, exitCode }: Script): string {
  return [printLines(lines, durationMs), exitCode === 0 ? '' : `exit ${exitCode}`].filter(Boolean).join('\n');
}

function printLines(lines: number, durationMs: number): string {
  if (lines > MAX_LOOPED) return [`seq -f 'line %.0f' 1 ${lines}`, pause(durationMs)].join('\n');
  const isSpread = lines > 1 && durationMs >= lines * 200;
  const loop = (each: string) => `i=1; while [ $i -le ${lines} ]; do echo "line $i"; i=$((i+1)); ${each}done`;
  return isSpread ? loop(`${pause(durationMs / lines)}; `) : [loop(''), pause(durationMs)].join('\n');
}

function pause(ms: number): string {
  return ms > 0 ? `sleep ${(ms / 1_000).toFixed(3)}` : ':';
}
