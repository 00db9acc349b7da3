import { describe, expect, it } from '@jest/globals';
import { runCommand } from '../scripts/lib/run-command.mjs';

describe('npm run chaos', () => {
  it('says in one line what it does not understand', async () => {
    const { status, output } = await runCommand(process.execPath, [
      'scripts/chaos.mjs',
      ...['--faults', 'earthquake'],
    ]);
    expect(output).toMatch(/^error: --faults: there is no fault "earthquake"\n.*--help/);
    expect(status).toBe(2);
  });
});
