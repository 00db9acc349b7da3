import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { checkServerIdentity, createSecureContext, type ConnectionOptions } from 'node:tls';
import * as z from 'zod';
import { ConfigurationError } from './load-env.js';

/** libpq's names. `allow` and `prefer` are left out: they fall back to plain text, which an attacker can force. */
export const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

/** The absolute path of a PEM file; its value is the file's text. */
export function pemFileVar(content: 'certificates' | 'a private key'): z.ZodType<string, string> {
  const expected = `the absolute path of a file with ${content} (PEM)`;
  return z.string({ error: expected }).transform((path, context) => {
    const problem = (why: string) => {
      context.addIssue({ code: 'custom', message: `${expected}; ${why}` });
      return z.NEVER;
    };
    if (!isAbsolute(path)) return problem('this one is relative');
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      return problem(`this one cannot be read (${(error as NodeJS.ErrnoException).code})`);
    }
    const isValid =
      content === 'certificates' ? holdsCertificates(text) : /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text);
    return isValid ? text : problem('this one holds none that is valid');
  });
}

function holdsCertificates(text: string): boolean {
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  try {
    return certificates.length > 0 && certificates.every((pem) => new X509Certificate(pem));
  } catch {
    return false;
  }
}

export interface TlsRequest {
  /** How the server is reached: a name or an address. */
  host: string;
  mode: Exclude<SslMode, 'disable'>;
  /** PEM. Undefined: the well-known authorities, and those of NODE_EXTRA_CA_CERTS. */
  ca: string | undefined;
  cert: string | undefined;
  key: string | undefined;
}

/**
 * Options of Node's TLS for a connection to a server of ours. It never continues in plain text.
 * @param prefix of the variables that hold certificate and key, for errors
 * @throws ConfigurationError if certificate and key do not belong together
 */
export function tlsOptions({ host, mode, ca, cert, key }: TlsRequest, prefix: string): ConnectionOptions {
  checkKeyPair(cert, key, prefix);
  return {
    minVersion: 'TLSv1.2',
    rejectUnauthorized: mode !== 'require',
    // Libraries that connect first and then start TLS lose the host if it is an address, and Node would check `localhost`.
    checkServerIdentity: (_name, certificate) =>
      mode === 'verify-full' ? checkServerIdentity(host, certificate) : undefined,
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

function checkKeyPair(cert: string | undefined, key: string | undefined, prefix: string): void {
  if ((cert === undefined) !== (key === undefined)) {
    const [missing, present] = cert === undefined ? ['CERT', 'KEY'] : ['KEY', 'CERT'];
    refuse(`${prefix}_${missing}`, `a value, because ${prefix}_${present} is set`, 'not set');
  }
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const found = /passphrase|bad decrypt|interrupted or cancelled/i.test(String(error))
      ? 'encrypted with a passphrase'
      : 'another one, or not valid';
    refuse(`${prefix}_KEY`, `the private key of ${prefix}_CERT, without a passphrase`, found);
  }
}

/** @throws ConfigurationError */
export function refuse(variable: string, expected: string, found: string): never {
  throw new ConfigurationError([{ variable, expected, found }]);
}
