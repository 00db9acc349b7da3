import { describe, expect, it } from '@jest/globals';
import { startServerProcess } from '../scripts/lib/server-process.mjs';

interface Report {
  executions: number;
  faults: Record<string, number>;
  violations: { promise: string; subject: string; told: string }[];
}

/** As a person would run it. */
async function chaos(...options: string[]): Promise<{ code: number | null; output: string }> {
  const lines: string[] = [];
  const run = await startServerProcess({
    command: process.execPath,
    args: ['scripts/chaos.mjs', ...options],
    env: process.env,
    onLine: (line: string) => lines.push(line),
  });
  const { code } = await run.exited;
  return { code, output: lines.join('\n') };
}

function reportIn(output: string): Report {
  const text = /^\{$.*^\}$/ms.exec(output)?.[0];
  if (!text) throw new Error(`no report in:\n${output.slice(-4_000)}`);
  return JSON.parse(text) as Report;
}

describe('npm run chaos', () => {
  it('keeps every promise for a minute, while services, stores, cluster and mail server fail', async () => {
    const { code, output } = await chaos('--seconds', '60', '--seed', '1', '--output', 'json');
    const { violations, faults, executions } = reportIn(output);
    expect(violations).toEqual([]);
    expect(code).toBe(0);
    expect(Object.keys(faults).length).toBeGreaterThanOrEqual(6);
    expect(executions).toBeGreaterThan(100);
  }, 600_000);

  it('says in one line what it does not understand', async () => {
    const { code, output } = await chaos('--faults', 'earthquake');
    expect(output).toMatch(/^error: --faults: there is no fault "earthquake"\n.*--help/);
    expect(code).toBe(2);
  }, 60_000);
});
