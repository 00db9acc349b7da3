import { describe, expect, it } from '@jest/globals';
import { ShareRoom } from './share-room.js';

const setUp = () => {
  const clock = { ms: 0 };
  return { clock, room: new ShareRoom(() => clock.ms) };
};

describe('ShareRoom', () => {
  it('lets a tenth of the free share be admitted without another count', () => {
    const { room } = setUp();
    expect(room.take('a@b.c', 1)).toBe(false);
    room.learn('a@b.c', 100);
    expect([room.take('a@b.c', 6), room.take('a@b.c', 5), room.take('a@b.c', 4)]).toEqual([
      true,
      false,
      true,
    ]);
    expect(room.take('a@b.c', 1)).toBe(false);
    expect(room.take('x@b.c', 1)).toBe(false);
  });

  it('knows nothing when little is free, or after a second', () => {
    const { clock, room } = setUp();
    room.learn('a@b.c', 9);
    expect(room.take('a@b.c', 1)).toBe(false);
    room.learn('a@b.c', -5);
    expect(room.take('a@b.c', 1)).toBe(false);
    room.learn('a@b.c', 500);
    clock.ms = 1_001;
    expect(room.take('a@b.c', 1)).toBe(false);
  });
});
