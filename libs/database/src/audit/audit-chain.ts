import { createHmac } from 'node:crypto';

/** A row of the audit trail, as it is sealed. */
export interface SealedRow {
  id: bigint;
  at: Date;
  actor: string;
  action: string;
  subject: string;
  allowed: boolean;
  address: string | null;
  /** The text of the JSONB. */
  details: string;
}

/** A link of the chain, without its hash. */
export interface Link {
  /** 1 is the first link; the next one has the next number. */
  n: bigint;
  /** Of the row that it seals. */
  auditId: bigint;
  /** From `macRow`. */
  rowMac: Uint8Array;
  /** Every row with an id up to this one has a seal up to `n`. */
  settledId: bigint;
  sealedAt: Date;
}

/** What the first link continues. */
export const CHAIN_START = Buffer.alloc(32);

/** Stands for null where a length is expected. No text is that long. */
const NULL = 0xff_ff_ff_ff;

/** The encoding, and what is encoded. Another encoding needs another number, so that no bytes have two meanings. */
const ROW = Buffer.from('proctor audit row 1\0');
const LINK = Buffer.from('proctor audit link 1\0');

/** HMAC-SHA-256 over the fields of a row, each as UTF-8 behind its length, so that no two rows have the same bytes. Pure. */
export function macRow(key: Uint8Array, row: SealedRow): Buffer {
  const { id, at, actor, action, subject, allowed, address, details } = row;
  const fields = [id, at.getTime(), actor, action, subject, Number(allowed), address, withoutLayout(details)];
  return createHmac('sha256', key)
    .update(Buffer.concat([ROW, ...fields.map(encode)]))
    .digest();
}

/** HMAC-SHA-256 over the hash of the previous link and the fields of this one. Pure. */
export function hashLink(key: Uint8Array, previous: Uint8Array, link: Link): Buffer {
  const { n, auditId, rowMac, settledId, sealedAt } = link;
  const fields = [n, auditId, settledId, sealedAt.getTime()].map(encode);
  return createHmac('sha256', key)
    .update(Buffer.concat([LINK, previous, rowMac, ...fields]))
    .digest();
}

function encode(field: string | bigint | number | null): Buffer {
  const text = field === null ? Buffer.alloc(0) : Buffer.from(String(field), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(field === null ? NULL : text.length);
  return Buffer.concat([length, text]);
}

/**
 * JSON without the spaces between its tokens, the one part of a JSONB's text that is a matter of layout: the order of the keys
 * and the digits of a number are stored. Not parsed: a number beyond the precision of a double could be changed unseen.
 */
function withoutLayout(json: string): string {
  return json.replace(/("[^"\\]*(?:\\.[^"\\]*)*")|\s+/g, '$1');
}

export function toHex(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex');
}
