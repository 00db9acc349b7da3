import { describe, expect, it } from '@jest/globals';
import { linuxStart } from './process-identity.js';

describe('linuxStart', () => {
  it('finds field 22 after any name', () => {
    const rest = Array.from({ length: 30 }, (_, i) => String(i + 3)).join(' ');
    expect(linuxStart(`17 (a) b (c)) ${rest}`)).toBe('22');
  });
});
