import { expect, it } from '@jest/globals';
import { createLogger } from '@app/platform';
import { FireSchedules } from './fire-schedules.js';

const never = () => Promise.reject(new Error('a warm-up does no I/O'));

it.each([null, { adminGroups: ['admins'], signInTrustHours: 24 }])(
  'warms up with ticks that fire, with the owner rules %j',
  (owners) => {
    const fireSchedules = new FireSchedules({
      due: { fire: never },
      stuck: { markEnqueued: never },
      queue: { add: never },
      owners,
      logger: createLogger({ service: 'test', level: 'fatal' }),
    });
    expect(fireSchedules.warmUp()).toBe(50);
  },
);
