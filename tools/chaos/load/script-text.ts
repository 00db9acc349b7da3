import type { Script } from '../record.js';

/** Beyond this many lines a loop of the shell would take longer than starting a program for them. */
const MAX_LOOPED = 200;

/** The shell script that does what a `Script` says, with as few processes as possible. */
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
