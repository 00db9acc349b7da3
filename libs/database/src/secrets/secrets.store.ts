import type { Database } from '../connection/database.js';
import type { SealedArgs } from '../executions/sealed-args.js';
import type { SealedCallback } from '../executions/sealed-callback.js';
import type { SecretBox, SecretPlace } from './secret-box.js';

/** A secret that is set, without its value. */
export interface SecretRecord {
  name: string;
  setAt: Date;
  setBy: string;
}

/** Secrets of procs and secret args of executions, encrypted at rest. Only the worker reads values. */
export class SecretsStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /** Sets all of these secrets or none; other secrets of the proc stay. May be repeated. */
  async set(procName: string, values: Readonly<Record<string, string>>, setBy: string): Promise<void> {
    await this.database.client.$transaction(
      Object.entries(values).map(([name, value]) => {
        const sealed = { ...this.box.seal(value, { procName, name }), setBy, setAt: new Date() };
        return this.database.client.procSecret.upsert({
          where: { procName_name: { procName, name } },
          create: { procName, name, ...sealed },
          update: sealed,
        });
      }),
    );
  }

  /** All secrets of a proc, by name. @throws Error if one cannot be decrypted with this key */
  async read(procName: string): Promise<Record<string, string>> {
    const rows = await this.database.client.procSecret.findMany({ where: { procName } });
    return Object.fromEntries(
      rows.map(({ name, ciphertext, keyId }) => [
        name,
        this.box.open({ ciphertext, keyId }, { procName, name }),
      ]),
    );
  }

  /** The secrets that are set for a proc, by name. */
  async list(procName: string): Promise<SecretRecord[]> {
    return this.database.client.procSecret.findMany({
      where: { procName },
      select: { name: true, setAt: true, setBy: true },
      orderBy: { name: 'asc' },
    });
  }

  /** The names of the secrets that are set, by proc; procs without secrets are missing. */
  async listNames(procNames: readonly string[]): Promise<Map<string, string[]>> {
    const rows = await this.database.client.procSecret.findMany({
      where: { procName: { in: [...procNames] } },
      select: { procName: true, name: true },
    });
    const names = new Map<string, string[]>();
    for (const { procName, name } of rows) names.set(procName, [...(names.get(procName) ?? []), name]);
    return names;
  }

  /** False: it was not set. */
  async remove(procName: string, name: string): Promise<boolean> {
    const { count } = await this.database.client.procSecret.deleteMany({ where: { procName, name } });
    return count > 0;
  }

  /** Encrypts args of type `secret`; null for none. Each call returns different ciphertexts. */
  sealArgs(procName: string, args: Readonly<Record<string, string>>): SealedArgs | null {
    const entries = Object.entries(args).map(([name, value]) => {
      const { ciphertext, keyId } = this.box.seal(value, placeOfArg(procName, name));
      return [name, { ciphertext: Buffer.from(ciphertext).toString('base64'), keyId }] as const;
    });
    return entries.length === 0 ? null : Object.fromEntries(entries);
  }

  /** @throws Error that names the arg and the key, never a value, if one cannot be decrypted with this key */
  openArgs(procName: string, sealed: SealedArgs): Record<string, string> {
    return Object.fromEntries(
      Object.entries(sealed).map(([name, { ciphertext, keyId }]) => {
        const bytes = Uint8Array.from(Buffer.from(ciphertext, 'base64'));
        try {
          return [name, this.box.open({ ciphertext: bytes, keyId }, placeOfArg(procName, name))];
        } catch (cause) {
          throw new Error(
            `The secret arg ${name} of ${procName} was encrypted with key ${keyId} and can't be read with this process's keys: ${this.box.keyIds.join(', ')}.`,
            { cause },
          );
        }
      }),
    );
  }

  /** @param url absolute */
  sealCallback(procName: string, url: string): SealedCallback {
    const { ciphertext, keyId } = this.box.seal(url, placeOfCallback(procName));
    return {
      origin: new URL(url).origin,
      ciphertext: Buffer.from(ciphertext).toString('base64'),
      keyId,
    };
  }

  /** @throws Error that names the keys, never the URL, if it cannot be decrypted with this process's keys */
  openCallback(procName: string, { ciphertext, keyId }: SealedCallback): string {
    const bytes = Uint8Array.from(Buffer.from(ciphertext, 'base64'));
    try {
      return this.box.open({ ciphertext: bytes, keyId }, placeOfCallback(procName));
    } catch (cause) {
      throw new Error(
        `The callback URL was encrypted with key ${keyId} and can't be read with this process's keys: ${this.box.keyIds.join(', ')}.`,
        { cause },
      );
    }
  }
}

/** The space keeps it distinct from a secret, and the words from an arg. */
function placeOfCallback(procName: string): SecretPlace {
  return { procName, name: 'callback url' };
}

/** The space keeps it distinct from a secret: names of secrets have none. */
function placeOfArg(procName: string, name: string): SecretPlace {
  return { procName, name: `arg ${name}` };
}
