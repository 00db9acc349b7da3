import { describe, expect, it } from '@jest/globals';
import { explainNetworkError, NetworkError } from './network-failure.js';

const coded = (code: string, more: object = {}) => Object.assign(new Error('x'), { code }, more);
const explain = (error: unknown, address = 'https://gateway') => explainNetworkError(error, address, 3_000);

describe('explainNetworkError', () => {
  it.each<[string, unknown, string]>([
    ['a code', coded('ECONNREFUSED'), 'connection refused'],
    [
      'the cause of a failed fetch',
      new TypeError('fetch failed', { cause: coded('ENOTFOUND') }),
      'host not found',
    ],
    [
      'the first of several addresses',
      new TypeError('fetch failed', { cause: new AggregateError([coded('ECONNREFUSED')]) }),
      'connection refused',
    ],
    ['a time-out', new DOMException('late', 'TimeoutError'), 'no response within 3 seconds'],
    ['a code without words', coded('EWHATEVER'), 'EWHATEVER'],
    ['a message', new Error('bad luck'), 'bad luck'],
    ['anything else', 'what', 'unknown reason'],
    [
      'an error that knows its words',
      new NetworkError({ reason: 'the proxy is away' }, { cause: coded('X') }),
      'the proxy is away',
    ],
  ])('gives the reason of %s', (_, error, reason) => {
    expect(explain(error).reason).toBe(reason);
  });

  it.each([
    ['CERT_HAS_EXPIRED', 'its certificate has expired', 'renew it'],
    ['CERT_NOT_YET_VALID', 'not valid yet', 'clock'],
    ['CERT_REVOKED', 'was revoked', 'new one'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed', 'PROCTOR_CA_FILE'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'not trusted here', 'PROCTOR_CA_FILE'],
    ['UNABLE_TO_GET_ISSUER_CERT', 'not trusted here', 'PROCTOR_CA_FILE'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'not trusted here', 'PROCTOR_CA_FILE'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'not trusted here', 'intermediate certificates'],
    [
      'CERT_SIGNATURE_FAILURE',
      'its certificate was rejected (CERT_SIGNATURE_FAILURE)',
      'check its certificate',
    ],
    ['INVALID_PURPOSE', 'its certificate was rejected (INVALID_PURPOSE)', 'check its certificate'],
    ['HOSTNAME_MISMATCH', 'its certificate was rejected', 'check its certificate'],
    ['ERR_OSSL_EVP_UNSUPPORTED', 'the TLS handshake failed', 'version of TLS'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'it does not speak TLS', 'http://'],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'it does not speak TLS', 'http://'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'demands a client certificate', 'sends none'],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'refused the TLS handshake', 'client certificate'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'this version of TLS', 'TLS 1.2'],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'no longer safe', 'TLS 1.2'],
    ['ERR_SSL_EE_KEY_TOO_SMALL', 'too short', 'TLS 1.2'],
    ['ERR_SSL_TLSV1_UNRECOGNIZED_NAME', 'no site of this name', 'host name'],
    ['ERR_SSL_NEW_IN_2030', 'the TLS handshake failed (ERR_SSL_NEW_IN_2030)', 'client certificate'],
  ])('has words and a next step for %s', (code, reason, advice) => {
    const explained = explain(coded(code));
    expect(explained.reason).toContain(reason);
    expect(explained.advice).toContain(advice);
  });

  it('names the hosts of a certificate for another one', () => {
    const names = (subjectaltname?: string) =>
      explain(coded('ERR_TLS_CERT_ALTNAME_INVALID', { cert: { subjectaltname } }));
    expect(names('DNS:a.example, IP Address:10.0.0.1').reason).toBe(
      'its certificate is for another host: a.example, 10.0.0.1',
    );
    expect(names('DNS:a, DNS:b, DNS:c, DNS:d').reason).toBe(
      'its certificate is for another host: a, b, c, …',
    );
    expect(names().reason).toBe('its certificate names no host');
  });

  it('has a next step for a connection that closes during the TLS handshake', () => {
    const message = 'Client network socket disconnected before secure TLS connection was established';
    expect(explain(coded('ECONNRESET', { message }))).toMatchObject({
      reason: 'it closed the connection during the TLS handshake',
      advice: expect.stringContaining('firewall') as unknown,
    });
  });

  // What Node calls the results of OpenSSL's verification (X509_V_ERR_*).
  it.each(
    `UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_CRL UNABLE_TO_DECRYPT_CERT_SIGNATURE UNABLE_TO_DECRYPT_CRL_SIGNATURE
    UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY CERT_SIGNATURE_FAILURE CRL_SIGNATURE_FAILURE CERT_NOT_YET_VALID CERT_HAS_EXPIRED
    CRL_NOT_YET_VALID CRL_HAS_EXPIRED ERROR_IN_CERT_NOT_BEFORE_FIELD ERROR_IN_CERT_NOT_AFTER_FIELD
    ERROR_IN_CRL_LAST_UPDATE_FIELD ERROR_IN_CRL_NEXT_UPDATE_FIELD DEPTH_ZERO_SELF_SIGNED_CERT
    SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_GET_ISSUER_CERT_LOCALLY UNABLE_TO_VERIFY_LEAF_SIGNATURE CERT_CHAIN_TOO_LONG
    CERT_REVOKED INVALID_CA PATH_LENGTH_EXCEEDED INVALID_PURPOSE CERT_UNTRUSTED CERT_REJECTED HOSTNAME_MISMATCH`.split(
      /\s+/,
    ),
  )('says of %s that the certificate is at fault, and what to do', (code) => {
    const { reason, advice } = explain(coded(code));
    expect(reason).toMatch(/certificate/);
    expect(advice).toMatch(/^[A-Z].*\.$/);
  });

  it('tells plain HTTP and TLS apart, whichever way round', () => {
    const wrong = coded('EPROTO', { message: 'tls_validate_record_header:wrong version number' });
    expect(explain(wrong)).toMatchObject({
      reason: 'it does not speak TLS',
      advice: expect.stringContaining('http://') as unknown,
    });
    for (const code of ['ECONNRESET', 'UND_ERR_SOCKET', 'HPE_INVALID_CONSTANT']) {
      expect(explain(coded(code), 'http://gateway').advice).toContain('https://');
      expect(explain(coded(code)).advice).toBeUndefined();
    }
  });
});
