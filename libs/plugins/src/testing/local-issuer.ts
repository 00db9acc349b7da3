import type { PluginEnv } from '../plugin-env.js';
import { type Claims, DeviceGrants } from './device-grants.js';
import { type Outage, type LocalAnswer, type LocalRequest, LocalServer } from './local-server.js';
import { type MintOptions, TokenMint } from './token-mint.js';

export interface LocalIssuerOptions {
  clientId?: string;
  /** Null for a public client. */
  clientSecret?: string | null;
  /** The algorithm of the keys. */
  alg?: string;
  /** Unix milliseconds. */
  now?: () => number;
}

const KEYS_PATH = '/keys';
const TOKEN_PATH = '/token';
const DEVICE_PATH = '/device-authorization';
const DOCUMENT_PATH = '/.well-known/openid-configuration';
const LIFETIME_SECONDS = 300;

/** An OpenID Connect issuer on loopback, with arbitrary claims, key rotation, the device flow and outages. */
export class LocalIssuer {
  /** Overrides fields of the discovery document. */
  documentChanges: Readonly<Record<string, unknown>> = {};
  /** Overrides responses by path. */
  readonly answers = new Map<string, LocalAnswer>();
  readonly devices: DeviceGrants;

  private constructor(
    private readonly server: LocalServer,
    readonly mint: TokenMint,
    private readonly options: Required<LocalIssuerOptions>,
  ) {
    this.devices = new DeviceGrants(
      () => this.url,
      (claims) => this.token(claims),
    );
  }

  static async start(options: LocalIssuerOptions = {}): Promise<LocalIssuer> {
    const { clientId = 'proctor', clientSecret = null, alg = 'ES256', now = Date.now } = options;
    const mint = await TokenMint.open(alg);
    const server = await LocalServer.start((request) => issuer.answer(request));
    const issuer = new LocalIssuer(server, mint, { clientId, clientSecret, alg, now });
    return issuer;
  }

  get url(): string {
    return this.server.url;
  }

  /** The variables that make the `oidc` plugin trust this issuer. */
  env(): PluginEnv {
    const { clientId, clientSecret } = this.options;
    return {
      PROCTOR_OIDC_ISSUER: this.url,
      PROCTOR_OIDC_CLIENT_ID: clientId,
      PROCTOR_OIDC_CLIENT_SECRET: clientSecret ?? undefined,
    };
  }

  /** The claims of a valid token. `changes` override them; undefined removes a claim. */
  claims(changes: Claims = {}): Claims {
    const nowSeconds = Math.floor(this.options.now() / 1_000);
    const times = { iat: nowSeconds, exp: nowSeconds + LIFETIME_SECONDS };
    return { iss: this.url, aud: this.options.clientId, sub: 'subject', ...times, ...changes };
  }

  async token(changes: Claims = {}, options: MintOptions = {}): Promise<string> {
    return await this.mint.sign(this.claims(changes), options);
  }

  /** Rotates the signing key and withdraws the old ones. */
  async rotateKeys(alg?: string): Promise<void> {
    await this.mint.addKey(alg);
    this.mint.withdrawOldKeys();
  }

  goDown(outage: Outage = 'cut'): void {
    this.server.outage = outage;
  }

  comeBack(): void {
    this.server.outage = null;
  }

  keyFetches(): number {
    return this.server.countOf(KEYS_PATH);
  }

  documentFetches(): number {
    return this.server.countOf(DOCUMENT_PATH);
  }

  requests(): readonly LocalRequest[] {
    return this.server.requests;
  }

  async close(): Promise<void> {
    await this.server.close();
  }

  private async answer(request: LocalRequest): Promise<LocalAnswer> {
    const planned = this.answers.get(request.path);
    if (planned) return planned;
    switch (request.path) {
      case DOCUMENT_PATH:
        return { status: 200, body: this.document() };
      case KEYS_PATH:
        return { status: 200, body: this.mint.publicKeys() };
      case DEVICE_PATH:
        return this.isOurClient(request) ? this.devices.begin() : invalidClient();
      case TOKEN_PATH:
        return this.isOurClient(request) ? await this.devices.exchange(request.form) : invalidClient();
      default:
        return { status: 404 };
    }
  }

  private document(): object {
    return {
      issuer: this.url,
      jwks_uri: this.url + KEYS_PATH,
      token_endpoint: this.url + TOKEN_PATH,
      device_authorization_endpoint: this.url + DEVICE_PATH,
      ...this.documentChanges,
    };
  }

  /** Accepts Basic or form fields, but not both. */
  private isOurClient({ headers, form }: LocalRequest): boolean {
    const { clientId, clientSecret } = this.options;
    const basic = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1];
    if (basic === undefined) {
      return form.get('client_id') === clientId && form.get('client_secret') === clientSecret;
    }
    const [id, secret] = Buffer.from(basic, 'base64').toString().split(':').map(formDecode);
    return id === clientId && secret === clientSecret && !form.has('client_id') && !form.has('client_secret');
  }
}

function formDecode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

function invalidClient(): LocalAnswer {
  return { status: 401, body: { error: 'invalid_client' } };
}
