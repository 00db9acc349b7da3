import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { API_VERSION, buildOpenApi } from '@app/contract';
import { stringify } from 'yaml';
import { docsPage, START_SCRIPT } from './docs-page.js';
import { HOME_PAGE } from './home-page.js';
import { makeWebFile, type WebFile } from '../http/web-file.js';

/** The only files of swagger-ui-dist that are served. */
const SHIPPED: ReadonlyMap<string, string> = new Map([
  ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
  ['swagger-ui.css', 'text/css; charset=utf-8'],
  ['index.css', 'text/css; charset=utf-8'],
  ['favicon-32x32.png', 'image/png'],
]);

/** The OpenAPI document in both formats, and the files of the API page. Each is created at its first request. */
export class DocsFiles {
  private readonly made = new Map<string, Promise<WebFile>>();

  openApi(): Promise<WebFile> {
    return this.once('openapi.json', async () =>
      makeWebFile('application/json; charset=utf-8', JSON.stringify(buildOpenApi({ version: API_VERSION }))),
    );
  }

  swagger(): Promise<WebFile> {
    return this.once('swagger.yml', async () =>
      makeWebFile(
        'text/plain; charset=utf-8',
        stringify(buildOpenApi({ version: API_VERSION }), { aliasDuplicateObjects: false }),
      ),
    );
  }

  home(): Promise<WebFile> {
    return this.once('home', async () => makeWebFile('text/html; charset=utf-8', HOME_PAGE));
  }

  page(assets: 'docs/' | ''): Promise<WebFile> {
    return this.once(`page ${assets}`, async () => makeWebFile('text/html; charset=utf-8', docsPage(assets)));
  }

  /** @returns null if there is no such file */
  async asset(name: string): Promise<WebFile | null> {
    if (name === 'start.js') {
      return this.once(name, async () => makeWebFile('text/javascript; charset=utf-8', START_SCRIPT));
    }
    const contentType = SHIPPED.get(name);
    if (contentType === undefined) return null;
    return this.once(name, async () => makeWebFile(contentType, await readFile(join(shippedFolder(), name))));
  }

  private once(key: string, make: () => Promise<WebFile>): Promise<WebFile> {
    const file = this.made.get(key) ?? make();
    this.made.set(key, file);
    // Not cached after a failure, so that the next request retries.
    file.catch(() => this.made.delete(key));
    return file;
  }
}

function shippedFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
}
