import { expect, it } from '@jest/globals';
import { SCENARIOS } from '../../tools/limits/scenarios.js';

// Of `npm run limits` the one that depends most on the schema: it copies rows. The others, and how long things take, go by themselves.
const { waiting } = SCENARIOS;

it(`${waiting!.title(true)}`, async () => {
  const { checks } = await waiting!.run({ isShort: true, ownPostgres: false });
  expect(checks.length).toBeGreaterThan(10);
  expect(checks.filter(({ holds, isTimed }) => !holds && !isTimed)).toEqual([]);
}, 180_000);
