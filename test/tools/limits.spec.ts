import { expect, it } from '@jest/globals';
import { SCENARIOS } from '../../tools/limits/scenarios.js';

// The scenario that depends most on the schema, because it copies rows. `npm run limits` runs the others and checks times.
const { waiting } = SCENARIOS;

it(`${waiting!.title(true)}`, async () => {
  const { checks } = await waiting!.run({ isShort: true, ownPostgres: false });
  expect(checks.length).toBeGreaterThan(10);
  expect(checks.filter(({ holds, isTimed }) => !holds && !isTimed)).toEqual([]);
}, 180_000);
