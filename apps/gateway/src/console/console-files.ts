import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { makeWebFile, type WebFile } from '../http/web-file.js';

/** A file with its compressed forms, which the build has made. */
export interface Asset {
  contentType: string;
  plain: Buffer;
  br: Buffer | null;
  gzip: Buffer | null;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface BuiltConsole {
  page: string;
  assets: ReadonlyMap<string, Asset>;
}

/**
 * The files of one build of the console. They are read together, at the first request: a page and its assets fit even if
 * the console is built again meanwhile.
 */
export class ConsoleFiles {
  private built: Promise<BuiltConsole | null> | null = null;
  private readonly pages = new Map<number, WebFile>();

  /** @param folder null: there is none */
  constructor(private readonly folder: string | null) {}

  /**
   * The page, for an address that is so many folders below `/console/`: its links are relative, because the gateway may
   * be reached below a path of another host. Null: the console is not built.
   */
  async page(depth: number): Promise<WebFile | null> {
    const built = await this.read();
    if (built === null) return null;
    const made = this.pages.get(depth) ?? makePage(built.page, depth);
    this.pages.set(depth, made);
    return made;
  }

  /** Null: there is no such file. */
  async asset(name: string): Promise<Asset | null> {
    return (await this.read())?.assets.get(name) ?? null;
  }

  private async read(): Promise<BuiltConsole | null> {
    this.built ??= readBuild(this.folder);
    const built = await this.built;
    // The next request looks again.
    if (built === null) this.built = null;
    return built;
  }
}

function makePage(page: string, depth: number): WebFile {
  return makeWebFile('text/html; charset=utf-8', page.replaceAll('"./', `"${'../'.repeat(depth) || './'}`));
}

async function readBuild(folder: string | null): Promise<BuiltConsole | null> {
  const page = folder === null ? null : await readIfPresent(join(folder, 'index.html'));
  if (folder === null || page === null) return null;
  const assetsDir = join(folder, 'assets');
  const names = (await readdir(assetsDir)).filter((name) => extname(name) in CONTENT_TYPES);
  const assets = await Promise.all(
    names.map(async (name): Promise<[string, Asset]> => {
      const path = join(assetsDir, name);
      const [plain, br, gzip] = await Promise.all([
        readFile(path),
        readIfPresent(`${path}.br`),
        readIfPresent(`${path}.gz`),
      ]);
      return [name, { contentType: CONTENT_TYPES[extname(name)] ?? '', plain, br, gzip }];
    }),
  );
  return { page: page.toString('utf8'), assets: new Map(assets) };
}

async function readIfPresent(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
