import { createHmac } from 'node:crypto';
import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JSONWebKeySet,
  type JWK,
  SignJWT,
} from 'jose';

export interface MintOptions {
  /** For deliberately invalid tokens. Undefined claims are omitted. */
  header?: Readonly<Record<string, unknown>>;
}

interface SigningKey {
  kid: string;
  alg: string;
  publicKey: CryptoKey;
  privateKey: CryptoKey;
  publicJwk: JWK;
}

/** Mints keys and tokens of an issuer. The newest key signs. */
export class TokenMint {
  private count = 0;

  private constructor(
    private alg: string,
    private keys: SigningKey[],
  ) {}

  static async open(alg: string): Promise<TokenMint> {
    const mint = new TokenMint(alg, []);
    await mint.addKey(alg);
    return mint;
  }

  async addKey(alg = this.alg): Promise<void> {
    this.alg = alg;
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    const kid = `key-${++this.count}`;
    const publicJwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
    this.keys = [{ kid, alg, publicKey, privateKey, publicJwk }, ...this.keys];
  }

  /** Removes all keys but the newest. */
  withdrawOldKeys(): void {
    this.keys = this.keys.slice(0, 1);
  }

  publicKeys(): JSONWebKeySet {
    return { keys: this.keys.map(({ publicJwk }) => publicJwk) };
  }

  async sign(claims: Readonly<Record<string, unknown>>, { header }: MintOptions = {}): Promise<string> {
    const { kid, alg, privateKey } = this.newest();
    return await new SignJWT({ ...claims }).setProtectedHeader({ alg, kid, ...header }).sign(privateKey);
  }

  /** A token signed with a foreign key under our key id. */
  async forge(claims: Readonly<Record<string, unknown>>): Promise<string> {
    const { kid, alg } = this.newest();
    const { privateKey } = await generateKeyPair(alg);
    return await new SignJWT({ ...claims }).setProtectedHeader({ alg, kid }).sign(privateKey);
  }

  leaveUnsigned(claims: Readonly<Record<string, unknown>>): string {
    return `${encode({ alg: 'none' })}.${encode(claims)}.`;
  }

  /** A token signed with the public key used as a shared secret. */
  async signWithPublicKey(claims: Readonly<Record<string, unknown>>): Promise<string> {
    const { kid, publicKey } = this.newest();
    const content = `${encode({ alg: 'HS256', kid })}.${encode(claims)}`;
    const signature = createHmac('sha256', await exportSPKI(publicKey)).update(content);
    return `${content}.${signature.digest('base64url')}`;
  }

  private newest(): SigningKey {
    const [key] = this.keys;
    if (!key) throw new Error('The mint has no key.');
    return key;
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
