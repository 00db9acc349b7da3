import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface Certificate {
  keyPem: string;
  certificatePem: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Creates a key and a self-signed certificate for `localhost`, `127.0.0.1` and `::1`, valid for ten years. kubectl sends a
 * token only over TLS, so the sandbox needs a certificate, and Node.js has no API to create one.
 */
export function createSelfSignedCertificate(nowMs: number): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const toBeSigned = certificateBody(publicKey, nowMs);
  const signature = sign('sha256', toBeSigned, privateKey);
  const certificate = sequence(toBeSigned, sequence(ECDSA_WITH_SHA256), bitString(signature));
  return {
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificatePem: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64').replace(/.{64}(?!$)/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  };
}

function certificateBody(publicKey: KeyObject, nowMs: number): Buffer {
  const name = sequence(set(sequence(COMMON_NAME, tagged(0x0c, Buffer.from('kube-sandbox')))));
  const serial = randomBytes(16);
  // A serial number is positive and has no leading zero.
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const keyInfo = publicKey.export({ type: 'spki', format: 'der' });
  return sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, serial),
    sequence(ECDSA_WITH_SHA256),
    name,
    sequence(generalizedTime(nowMs - DAY_MS), generalizedTime(nowMs + 3650 * DAY_MS)),
    name,
    keyInfo,
    tagged(0xa3, sequence(...extensions())),
  );
}

function extensions(): Buffer[] {
  const isCritical = tagged(0x01, Buffer.from([0xff]));
  const certificateAuthority = sequence(tagged(0x01, Buffer.from([0xff])));
  const signsAndIdentifies = tagged(0x03, Buffer.from([0x02, 0x84]));
  const names = sequence(
    tagged(0x82, Buffer.from('localhost')),
    tagged(0x87, Buffer.from([127, 0, 0, 1])),
    tagged(0x87, Buffer.from([...Array<number>(15).fill(0), 1])),
  );
  return [
    sequence(BASIC_CONSTRAINTS, isCritical, tagged(0x04, certificateAuthority)),
    sequence(KEY_USAGE, isCritical, tagged(0x04, signsAndIdentifies)),
    sequence(EXTENDED_KEY_USAGE, tagged(0x04, sequence(SERVER_AUTHENTICATION))),
    sequence(SUBJECT_ALTERNATIVE_NAMES, tagged(0x04, names)),
  ];
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
const SERVER_AUTHENTICATION = objectId(1, 3, 6, 1, 5, 5, 7, 3, 1);
