import { describe, expect, it } from '@jest/globals';
import { SCENARIOS } from '../limits/scenarios.js';

// `npm run limits` brings the same to the limits that Proctor promises, and checks how long things take as well.
describe.each(Object.entries(SCENARIOS))('%s', (_, scenario) => {
  it(`${scenario.title(true)}`, async () => {
    const { checks } = await scenario.run({ isShort: true, ownPostgres: false });
    expect(checks.length).toBeGreaterThan(5);
    expect(checks.filter(({ holds, isTimed }) => !holds && !isTimed)).toEqual([]);
  }, 180_000);
});
