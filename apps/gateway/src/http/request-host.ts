import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { AppError } from '@app/domain';

const MAX_SHOWN_CHARACTERS = 100;
const MAX_PORT = 65_535;

/** RFC 9110, 7.2, without the comma: proxies join two `Host` headers with one. */
const HOST = /^(?:\[(?<address>[0-9a-f:.]+)\]|[a-z0-9._~!$&'()*+;=%-]*)(?::(?<port>\d{0,5}))?$/i;

/** `http://host:port/…`, as clients of forward proxies write the target of a request. */
const ABSOLUTE_TARGET = /^[a-z][a-z0-9+.-]*:\/\/(?<authority>[^/?#]*)/i;

/**
 * The host that a request is for, with its port; null: a request of HTTP/1.0 without one. Node passes on requests with
 * two hosts, and upgrades with none, so that this gateway and a proxy may understand them differently.
 * @throws AppError `malformed_request` if it is missing, repeated or invalid, or differs from that of the target
 */
export function readHost({ rawHeaders, url = '', httpVersion }: IncomingMessage): string | null {
  // Names and values alternate.
  const hosts = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'host',
  );
  const [host] = hosts;
  if (hosts.length > 1) throw malformed('The request has more than one Host header.');
  if (host === undefined && httpVersion !== '1.0') throw malformed('The request has no Host header.');
  if (host !== undefined && !isHost(host)) {
    throw malformed(
      `The Host header is invalid: ${shorten(host)}. Expected a name or an address, and a port.`,
    );
  }
  const target = ABSOLUTE_TARGET.exec(url)?.groups?.['authority'];
  if (target !== undefined && target.toLowerCase() !== host?.toLowerCase()) {
    throw malformed(`The host of the request target, ${shorten(target)}, is not that of the Host header.`);
  }
  return host ?? null;
}

/** Whether the text is a host with or without a port. */
export function isHost(text: string): boolean {
  const parts = HOST.exec(text);
  if (!parts) return false;
  const { address, port } = parts.groups ?? {};
  return (address === undefined || isIPv6(address)) && Number(port ?? 0) <= MAX_PORT;
}

/** A host for a message. */
export function shorten(host: string): string {
  return JSON.stringify(host.slice(0, MAX_SHOWN_CHARACTERS));
}

function malformed(message: string): AppError {
  return new AppError('malformed_request', message);
}
