import type { Database } from './database.js';
import type { SecretBox } from './secret-box.js';

/** Secrets of procs, encrypted at rest. Only the worker reads values. */
export class SecretsStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  /** Sets all of these or none; others of the proc stay. May be repeated. */
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

  /** All values of a proc by name. @throws Error if one can't be decrypted with this key */
  async read(procName: string): Promise<Record<string, string>> {
    const rows = await this.database.client.procSecret.findMany({ where: { procName } });
    return Object.fromEntries(
      rows.map(({ name, ciphertext, keyId }) => [
        name,
        this.box.open({ ciphertext, keyId }, { procName, name }),
      ]),
    );
  }

  /** The names of what is set, by proc; procs without secrets are missing. */
  async listNames(procNames: readonly string[]): Promise<Map<string, string[]>> {
    const rows = await this.database.client.procSecret.findMany({
      where: { procName: { in: [...procNames] } },
      select: { procName: true, name: true },
    });
    const names = new Map<string, string[]>();
    for (const { procName, name } of rows) names.set(procName, [...(names.get(procName) ?? []), name]);
    return names;
  }
}
