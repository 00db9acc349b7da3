import { type ConfigurationProblem, type PluginEnv, VariableReader } from '../plugin-env.js';
import { parseEndpoint } from './parse-endpoint.js';

export interface OidcSettings {
  /** Exactly as the issuer appears in its tokens. */
  issuer: string;
  clientId: string;
  /** Null for a public client. */
  clientSecret: string | null;
  /** A token must be issued for one of these audiences. */
  audiences: readonly string[];
  /** Names of claims, or dotted paths to them. */
  emailClaim: string;
  groupsClaim: string;
  /** The scopes requested at sign-in, separated by spaces. */
  scopes: string;
}

const DEFAULT_SCOPES = 'openid email profile groups offline_access';

/** Reads the variables `PROCTOR_OIDC_*`. */
export function readOidcSettings(env: PluginEnv): {
  settings: OidcSettings | null;
  problems: readonly ConfigurationProblem[];
} {
  const read = new VariableReader(env);
  const issuer = read.parsed(
    'PROCTOR_OIDC_ISSUER',
    "the issuer's address, https:// (http:// only on loopback), without a query or credentials",
    (text) => (parseEndpoint(text, { mayBeHttp: true }) && !/[?#]/.test(text) ? text : undefined),
  );
  const clientId = read.parsed('PROCTOR_OIDC_CLIENT_ID', 'the client id of Proctor at the issuer', asIs);
  const emailClaim = read.parsed('PROCTOR_OIDC_EMAIL_CLAIM', CLAIM, parseClaim, 'email');
  const groupsClaim = read.parsed('PROCTOR_OIDC_GROUPS_CLAIM', CLAIM, parseClaim, 'groups');
  const scopes = read.parsed(
    'PROCTOR_OIDC_SCOPES',
    'a space-separated list of scopes that includes openid',
    parseScopes,
    DEFAULT_SCOPES,
  );
  const isComplete = issuer && clientId && emailClaim && groupsClaim && scopes;
  if (!isComplete) return { settings: null, problems: read.problems };
  const clientSecret = env['PROCTOR_OIDC_CLIENT_SECRET'] || null;
  // Sign-in yields an ID token, whose audience is always the client, whatever the audience of access tokens.
  const audiences = [...new Set([read.text('PROCTOR_OIDC_AUDIENCE', clientId), clientId])];
  const settings = { issuer, clientId, clientSecret, audiences, emailClaim, groupsClaim, scopes };
  return { settings, problems: [] };
}

const CLAIM = "a claim's name, or a path to it such as realm_access.roles";

const asIs = (text: string): string => text;

function parseClaim(text: string): string | undefined {
  return /\s/.test(text) ? undefined : text;
}

function parseScopes(text: string): string | undefined {
  const scopes = text.split(/\s+/);
  return scopes.includes('openid') ? scopes.join(' ') : undefined;
}
