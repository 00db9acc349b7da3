import type { IssuerDocument } from './issuer.js';
import type { OidcSettings } from './oidc-settings.js';

/**
 * Adds our client credentials to a request to the issuer, in exactly one way: issuers reject requests that carry them twice.
 */
export function authenticateClient(
  { clientId, clientSecret }: Pick<OidcSettings, 'clientId' | 'clientSecret'>,
  { clientAuthentication }: Pick<IssuerDocument, 'clientAuthentication'>,
  form: Readonly<Record<string, string>>,
): { headers: Record<string, string>; form: URLSearchParams } {
  if (clientSecret === null) {
    return { headers: {}, form: new URLSearchParams({ ...form, client_id: clientId }) };
  }
  const isPost =
    clientAuthentication.includes('client_secret_post') &&
    !clientAuthentication.includes('client_secret_basic');
  if (isPost) {
    const fields = { ...form, client_id: clientId, client_secret: clientSecret };
    return { headers: {}, form: new URLSearchParams(fields) };
  }
  const pair = Buffer.from(`${formEncode(clientId)}:${formEncode(clientSecret)}`).toString('base64');
  return { headers: { authorization: `Basic ${pair}` }, form: new URLSearchParams(form) };
}

/** RFC 6749, section 2.3.1: both parts are form-encoded before they are joined. */
function formEncode(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}
