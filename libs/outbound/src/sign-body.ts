import { createHmac } from 'node:crypto';

/** `t=UNIXSECONDS,v1=HEX`: HMAC-SHA256 of `t.body`, so that an old request cannot be replayed as a new one. Pure. */
export function signBody(secret: string, body: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1_000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}
