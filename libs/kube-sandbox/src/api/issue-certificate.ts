import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

export interface Certificate {
  keyPem: string;
  certificatePem: string;
}

export interface CertificateRequest {
  /** The common name. */
  name: string;
  /** Host names and IPv4 addresses that it is for, and `::1`. */
  hosts: readonly string[];
  validFromMs: number;
  validToMs: number;
  /** May sign other certificates. */
  isAuthority: boolean;
  /** Identifies clients too. */
  isForClients?: boolean;
  /** Who signs it. Omitted: itself. */
  issuer?: { name: string; keyPem: string };
}

/** Creates a key and a certificate for TLS servers: Node.js has no API for that. */
export function issueCertificate(request: CertificateRequest): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const toBeSigned = certificateBody(publicKey, request);
  const signature = sign('sha256', toBeSigned, request.issuer?.keyPem ?? privateKey);
  const certificate = sequence(toBeSigned, sequence(ECDSA_WITH_SHA256), bitString(signature));
  return {
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificatePem: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64').replace(/.{64}(?!$)/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  };
}

function certificateBody(publicKey: KeyObject, request: CertificateRequest): Buffer {
  const { name, issuer, validFromMs, validToMs } = request;
  const serial = randomBytes(16);
  // A serial number is positive and has no leading zero.
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const keyInfo = publicKey.export({ type: 'spki', format: 'der' });
  return sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, serial),
    sequence(ECDSA_WITH_SHA256),
    commonName(issuer?.name ?? name),
    sequence(generalizedTime(validFromMs), generalizedTime(validToMs)),
    commonName(name),
    keyInfo,
    tagged(0xa3, sequence(...extensions(request))),
  );
}

function commonName(text: string): Buffer {
  return sequence(set(sequence(COMMON_NAME, tagged(0x0c, Buffer.from(text)))));
}

function extensions({ isAuthority, hosts, isForClients }: CertificateRequest): Buffer[] {
  const isCritical = tagged(0x01, Buffer.from([0xff]));
  const constraints = isAuthority ? sequence(tagged(0x01, Buffer.from([0xff]))) : sequence();
  const signsAndIdentifies = tagged(
    0x03,
    isAuthority ? Buffer.from([0x02, 0x84]) : Buffer.from([0x07, 0x80]),
  );
  const names = sequence(...hosts.map(alternativeName));
  const purposes = [SERVER_AUTHENTICATION, ...(isForClients ? [CLIENT_AUTHENTICATION] : [])];
  return [
    sequence(BASIC_CONSTRAINTS, isCritical, tagged(0x04, constraints)),
    sequence(KEY_USAGE, isCritical, tagged(0x04, signsAndIdentifies)),
    sequence(EXTENDED_KEY_USAGE, tagged(0x04, sequence(...purposes))),
    ...(hosts.length > 0 ? [sequence(SUBJECT_ALTERNATIVE_NAMES, tagged(0x04, names))] : []),
  ];
}

function alternativeName(host: string): Buffer {
  if (host === '::1') return tagged(0x87, Buffer.from([...Array<number>(15).fill(0), 1]));
  const isAddress = /^\d+(\.\d+){3}$/.test(host);
  return isAddress ? tagged(0x87, Buffer.from(host.split('.').map(Number))) : tagged(0x82, Buffer.from(host));
}

function tagged(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([tag]), lengthOf(content), content]);
}

function lengthOf({ length }: Buffer): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = length < 0x100 ? [length] : [length >> 8, length & 0xff];
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function set(...parts: Buffer[]): Buffer {
  return tagged(0x31, Buffer.concat(parts));
}

function bitString(content: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([0]), content]));
}

/** X.509 requires the two-digit year through 2049. */
function generalizedTime(atMs: number): Buffer {
  const text = `${new Date(atMs).toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
  return Number(text.slice(0, 4)) < 2050
    ? tagged(0x17, Buffer.from(text.slice(2)))
    : tagged(0x18, Buffer.from(text));
}

function objectId(...numbers: [number, number, ...number[]]): Buffer {
  const [first, second, ...rest] = numbers;
  const bytes = rest.flatMap((number) => {
    const digits = [number & 0x7f];
    for (let left = number >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return tagged(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

const ECDSA_WITH_SHA256 = objectId(1, 2, 840, 10045, 4, 3, 2);
const COMMON_NAME = objectId(2, 5, 4, 3);
const BASIC_CONSTRAINTS = objectId(2, 5, 29, 19);
const KEY_USAGE = objectId(2, 5, 29, 15);
const EXTENDED_KEY_USAGE = objectId(2, 5, 29, 37);
const SUBJECT_ALTERNATIVE_NAMES = objectId(2, 5, 29, 17);
const CLIENT_AUTHENTICATION = objectId(1, 3, 6, 1, 5, 5, 7, 3, 2);
const SERVER_AUTHENTICATION = objectId(1, 3, 6, 1, 5, 5, 7, 3, 1);
