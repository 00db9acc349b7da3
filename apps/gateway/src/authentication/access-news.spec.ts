import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AccessNews } from './access-news.js';

describe('AccessNews', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  function setUp() {
    const seen = { forgotten: 0, sent: 0, checked: 0 };
    let hear: () => void = () => undefined;
    const news = new AccessNews({
      authenticator: { forget: () => void (seen.forgotten += 1) },
      signals: { send: async () => void (seen.sent += 1) },
      subscriber: {
        listenToSignal: (_name, listener) => {
          hear = listener;
          return () => undefined;
        },
      },
    });
    news.onChange(async () => void (seen.checked += 1));
    return { news, seen, hear: () => hear() };
  }

  it('takes effect here at once, and tells the other gateways', () => {
    const { news, seen } = setUp();
    news.announce();
    expect(seen).toEqual({ forgotten: 1, sent: 1, checked: 1 });
  });

  it('takes effect when another gateway tells, and does not tell again', () => {
    const { seen, hear } = setUp();
    hear();
    expect(seen).toEqual({ forgotten: 1, sent: 0, checked: 1 });
  });

  it('checks streams at most once a second, the last time after the last change', () => {
    const { seen, hear } = setUp();
    for (let n = 0; n < 1_000; n++) hear();
    expect(seen).toMatchObject({ forgotten: 1_000, checked: 1 });
    jest.advanceTimersByTime(1_000);
    expect(seen.checked).toBe(2);
    jest.advanceTimersByTime(60_000);
    expect(seen.checked).toBe(2);
  });
});
