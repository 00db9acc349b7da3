import { describe, expect, it } from '@jest/globals';
import { runCommand } from '../../scripts/lib/run-command.mjs';

interface Report {
  executions: number;
  faults: Record<string, unknown>;
  violations: { promise: string; subject: string; problem: string }[];
}

/** Runs the command as a user would. */
const chaos = (...options: string[]) => runCommand(process.execPath, ['scripts/chaos.mjs', ...options]);

function reportIn(output: string): Report {
  const text = /^\{$.*^\}$/ms.exec(output)?.[0];
  if (!text) throw new Error(`no report in:\n${output.slice(-4_000)}`);
  return JSON.parse(text) as Report;
}

describe('npm run chaos', () => {
  it('keeps every promise for a minute while services, stores, the cluster and the mail server fail', async () => {
    const { status, output } = await chaos('--seconds', '60', '--seed', '1', '--output', 'json');
    const { violations, faults, executions } = reportIn(output);
    expect(violations).toEqual([]);
    expect(status).toBe(0);
    expect(Object.keys(faults).length).toBeGreaterThanOrEqual(6);
    expect(executions).toBeGreaterThan(100);
  }, 600_000);

  it('names an invalid option in one line', async () => {
    const { status, output } = await chaos('--faults', 'earthquake');
    expect(output).toMatch(/^error: --faults: unknown fault "earthquake"\n.*--help/);
    expect(status).toBe(2);
  });
});
