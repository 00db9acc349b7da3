import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { scriptText } from './script-text.js';

const run = (text: string) =>
  spawnSync('/bin/sh', ['-c', 'eval "$SCRIPT"'], { env: { PATH: process.env.PATH, SCRIPT: text } });
const numbered = (lines: number) => Array.from({ length: lines }, (_, i) => `line ${i + 1}\n`).join('');

describe('scriptText', () => {
  it.each([
    { lines: 1, durationMs: 0, exitCode: 0 },
    { lines: 5, durationMs: 20, exitCode: 3 },
    { lines: 2, durationMs: 450, exitCode: 1 },
    { lines: 3_000, durationMs: 0, exitCode: 0 },
  ])('prints, sleeps and exits as %j says', (script) => {
    const startedAt = performance.now();
    const { stdout, status } = run(scriptText(script));
    expect(stdout.toString()).toBe(numbered(script.lines));
    expect(status).toBe(script.exitCode);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(script.durationMs);
  });
});
