import { describe, expect, it } from '@jest/globals';
import { prepareSecret } from './prepare-secret.js';

describe('prepareSecret', () => {
  it('merges stringData into base64 data, stringData winning', () => {
    const { object, errors } = prepareSecret({
      data: { A: 'YQ==', B: '' },
      stringData: { A: 'é' },
      immutable: true,
    });
    expect(errors).toEqual([]);
    expect(object).toEqual({ type: 'Opaque', immutable: true, data: { A: 'w6k=', B: '' } });
  });

  it.each([
    [{ data: { A: '***' } }, 'illegal base64 data'],
    [{ stringData: { 'a b': '' } }, 'a valid config key must consist of'],
    [{ stringData: { A: 'x'.repeat(1024 * 1024 + 1) } }, 'may not be more than 1048576 bytes'],
  ])('refuses %#', (draft, message) => {
    expect(prepareSecret(draft).errors[0]?.message).toContain(message);
  });
});
