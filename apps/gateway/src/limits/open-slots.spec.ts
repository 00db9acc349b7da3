import { describe, expect, it } from '@jest/globals';
import { OpenSlots } from './open-slots.js';

describe('OpenSlots', () => {
  it('bounds what one client holds, and what all hold', () => {
    const slots = new OpenSlots('open streams', { perClient: 2, inAll: 3 });
    slots.take('ada');
    slots.take('ada');
    expect(() => slots.take('ada')).toThrow('Too many open streams: you may have 2.');
    slots.take('bob');
    expect(() => slots.take('bob')).toThrow('this gateway takes 3 in all');
    slots.release('ada');
    slots.take('bob');
    expect(slots.count()).toBe(3);
  });

  it('takes nothing for a refusal', () => {
    const slots = new OpenSlots('bytes', { perClient: 10, inAll: 12 });
    slots.take('ada', 8);
    expect(() => slots.take('ada', 3)).toThrow();
    expect(() => slots.take('bob', 5)).toThrow();
    expect(slots.count()).toBe(8);
    slots.release('ada', 8);
    slots.take('bob', 10);
  });
});
