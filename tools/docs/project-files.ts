import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { format, resolveConfig } from 'prettier';

/** The files of the project that the documents are made from and checked against; paths are relative, with `/`. */
export class ProjectFiles {
  constructor(private readonly root: string) {}

  exists(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.root, path), text);
  }

  /** Files below a folder whose name matches. */
  list(folder: string, name: RegExp): string[] {
    return readdirSync(join(this.root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && name.test(entry.name))
      .map((entry) => relative(this.root, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .sort();
  }

  /** As `npm run format` would leave it. */
  async formatMarkdown(text: string): Promise<string> {
    const config = await resolveConfig(join(this.root, 'README.md'));
    return await format(text, { ...config, parser: 'markdown' });
  }
}
