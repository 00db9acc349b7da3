import { expect, it } from '@jest/globals';
import { runFuzz } from '../../tools/fuzz/run-fuzz.js';

// `npm run fuzz` sends 100,000 requests; here are enough that each route answers each kind of caller.
it('finds no internal error and nothing of another’s in 4,000 requests', async () => {
  const { answers, findings, untouched } = await runFuzz({ requests: 4_000, seed: 1, ownPostgres: false });
  expect(findings).toEqual([]);
  expect(untouched).toEqual([]);
  expect(answers.stranger.refused).toBeGreaterThan(answers.stranger.succeeded);
  for (const caller of ['outsider', 'member', 'admin'] as const) {
    expect(answers[caller].succeeded).toBeGreaterThan(100);
    expect(answers[caller].refused).toBeGreaterThan(100);
  }
}, 180_000);
