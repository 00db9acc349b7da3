import { expect, it } from '@jest/globals';
import { createLogger } from '@app/platform';
import { FireSchedules } from './fire-schedules.js';

const never = () => Promise.reject(new Error('a rehearsal touches nothing'));

it.each([null, { adminGroups: ['admins'], signInTrustHours: 24 }])(
  'a rehearsal is of ticks that fire, with the owner rules %j',
  (owners) => {
    const fireSchedules = new FireSchedules(
      { fire: never },
      { markEnqueued: never },
      { add: never },
      { userShare: 1_000, owners },
      createLogger({ service: 'test', level: 'fatal' }),
    );
    expect(fireSchedules.rehearse()).toBe(350);
  },
);
