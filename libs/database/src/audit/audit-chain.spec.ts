import { describe, expect, it } from '@jest/globals';
import { CHAIN_START, hashLink, macRow, type Link, type SealedRow } from './audit-chain.js';

const KEY = Buffer.alloc(32, 1);
const ROW: SealedRow = {
  id: 7n,
  at: new Date('2026-11-30T12:00:00.123Z'),
  actor: 'ada',
  action: 'createUser',
  subject: 'bob',
  allowed: true,
  address: null,
  details: '{"a": "x y", "n": 1.0}',
};
const LINK: Link = { n: 3n, auditId: 7n, rowMac: Buffer.alloc(32, 2), settledId: 5n, sealedAt: ROW.at };

const mac = (changes: Partial<SealedRow>) => macRow(KEY, { ...ROW, ...changes }).toString('hex');
const hash = (changes: Partial<Link>, previous: Uint8Array = CHAIN_START) =>
  hashLink(KEY, previous, { ...LINK, ...changes }).toString('hex');

describe('macRow', () => {
  it('never changes, so that chains of earlier versions stay valid', () => {
    // By another implementation, in Python.
    expect(mac({})).toBe('fa8297aa8306b0fc7b35ebc54231dc7718a12a8ebd3435192fe8d2344ec839e0');
    expect(hash({})).toBe('03fc7bca7567a19c326b229b3222fbb267d18fc45a06471e3f76666a32cce030');
  });

  it('depends on every field, on the borders between them, and on the key', () => {
    const all = [
      mac({}),
      mac({ id: 8n }),
      mac({ at: new Date(ROW.at.getTime() + 1) }),
      mac({ actor: 'adac', action: 'reateUser' }),
      mac({ actor: 'ad', action: 'acreateUser' }),
      mac({ subject: 'bo' }),
      mac({ allowed: false }),
      mac({ address: '' }),
      mac({ address: 'null' }),
      mac({ details: '{"a": "x  y", "n": 1.0}' }),
      mac({ details: '{"a": "x y", "n": 1.00}' }),
      mac({ details: '{"a": "x y", "n": "1.0"}' }),
      macRow(Buffer.alloc(32, 9), ROW).toString('hex'),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('is the same for every layout of the details', () => {
    expect(mac({ details: '{"a":"x y","n":1.0}' })).toBe(mac({}));
    expect(mac({ details: '\n{ "a" :\t"x y" , "n":1.0 }' })).toBe(mac({}));
    expect(mac({ details: String.raw`{"a": "\" ,  "}` })).toBe(mac({ details: String.raw`{"a":"\" ,  "}` }));
    expect(mac({ details: String.raw`{"a": "\\" , "b": 1}` })).toBe(
      mac({ details: String.raw`{"a":"\\","b":1}` }),
    );
  });

  it('takes details of a megabyte', () => {
    const long = JSON.stringify({ a: '\\" '.repeat(300_000) });
    expect(mac({ details: long })).not.toBe(mac({ details: long.replace('" ', '"') }));
  });
});

describe('hashLink', () => {
  it('depends on every field, on the previous link, and on the key', () => {
    const all = [
      hash({}),
      hash({}, Buffer.alloc(32, 3)),
      hash({ n: 4n }),
      hash({ auditId: 8n }),
      hash({ rowMac: Buffer.alloc(32, 4) }),
      hash({ settledId: 6n }),
      hash({ sealedAt: new Date(0) }),
      hashLink(Buffer.alloc(32, 9), CHAIN_START, LINK).toString('hex'),
      mac({}),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});
