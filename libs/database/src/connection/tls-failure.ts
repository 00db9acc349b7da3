/** Why a TLS connection to Postgres failed, by what Node.js and pg say: the adapter passes on nothing but that text. */
const TLS_FAILURES: readonly (readonly [text: RegExp, explanation: string])[] = [
  [
    /self-signed certificate|unable to (get|verify)/i,
    'its certificate is from an authority that is not trusted here. Set PROCTOR_POSTGRES_SSL_CA to the certificate of that authority (PEM).',
  ],
  [
    /certificate has expired/i,
    'its certificate has expired. Renew it; if it is valid, correct the clock of this machine.',
  ],
  [
    /certificate is not yet valid/i,
    'its certificate is not valid yet. Correct the clock of this machine, or wait.',
  ],
  [/certificate (has been )?revoked/i, 'its certificate was revoked. Give the server a new one.'],
  [
    /does not support SSL|establishing an SSL connection/i,
    'it does not speak TLS, and PROCTOR_POSTGRES_SSL_MODE demands it. Turn on `ssl` on the server.',
  ],
  [
    /alert (certificate required|handshake failure)/i,
    'it refused the TLS handshake. If it demands a client certificate, set PROCTOR_POSTGRES_SSL_CERT and PROCTOR_POSTGRES_SSL_KEY.',
  ],
  [
    /alert (unknown ca|bad certificate|certificate unknown)/i,
    'it does not trust the certificate in PROCTOR_POSTGRES_SSL_CERT.',
  ],
];

/** A sentence without its subject, "its certificate has expired. …", or null: TLS is not the reason. */
export function explainTlsFailure(text: string): string | null {
  const other =
    /does not match certificate's altnames: (?:Host|IP): (\S+?)\.? is not .*?(?:altnames|list|CN): ?(.*)/i.exec(
      text,
    );
  if (other) {
    // Prisma quotes the text, so that a certificate without names leaves only a quotation mark.
    const names = other[2]?.replace(/[`'"\s]+$/, '');
    return `its certificate is not for ${other[1]}${names ? `, but for ${names}` : ''}. Set PROCTOR_POSTGRES_HOST to a name of the certificate.`;
  }
  return TLS_FAILURES.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
