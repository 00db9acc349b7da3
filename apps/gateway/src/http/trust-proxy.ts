import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Which proxies may set `X-Forwarded-*`: none, this many in front of the gateway, or those at these addresses. */
export type TrustProxy = false | number | readonly string[];

type FastifyTrust = false | string[] | ((address: string, hop: number) => boolean);

/** Converts the setting for Fastify, which ignores the headers of every proxy if it is given a number. */
export function toFastify(trust: TrustProxy): FastifyTrust {
  if (typeof trust === 'number') return (_address, hop) => hop < trust;
  return trust === false ? false : [...trust];
}

/**
 * Leaves addresses only in `X-Forwarded-For`: without ports, which some proxies add, and nothing before an entry that
 * is no address, because only the client can have written that. Limits and the audit trail go by the address.
 */
export function cleanForwardedFor(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ raw: { headers } }, _reply, done) => {
    const header = headers['x-forwarded-for'];
    if (header !== undefined) headers['x-forwarded-for'] = keepAddresses(String(header));
    done();
  });
}

export function keepAddresses(forwardedFor: string): string {
  const entries = forwardedFor
    .split(',')
    .filter((entry) => entry.trim() !== '')
    .map(addressOf);
  return entries.slice(entries.lastIndexOf(null) + 1).join(', ');
}

function addressOf(entry: string): string | null {
  const text = entry.trim();
  const { bracketed, dotted } =
    /^(?:\[(?<bracketed>[^\]]*)\](?::\d+)?|(?<dotted>[\d.]+):\d+)$/.exec(text)?.groups ?? {};
  const address = bracketed ?? dotted ?? text;
  return isIP(address) === 0 ? null : address;
}
