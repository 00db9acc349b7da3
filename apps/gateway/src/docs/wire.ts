import { DocsFiles } from './docs-files.js';
import { DocsController } from './docs.controller.js';

export function wireDocs() {
  return { controllers: [new DocsController(new DocsFiles())] };
}
