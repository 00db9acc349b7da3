import { expect, it } from '@jest/globals';
import { SCENARIOS } from '../limits/scenarios.js';

// The smallest of `npm run limits`, which also checks how long things take; the others go by themselves.
const { waiting } = SCENARIOS;

it(`${waiting!.title(true)}`, async () => {
  const { checks } = await waiting!.run({ isShort: true, ownPostgres: false });
  expect(checks.length).toBeGreaterThan(10);
  expect(checks.filter(({ holds, isTimed }) => !holds && !isTimed)).toEqual([]);
}, 180_000);
