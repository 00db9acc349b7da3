import { join } from 'node:path';
import { projectFolder } from '@app/platform';
import { ConsoleController } from './console.controller.js';
import { ConsoleFiles } from './console-files.js';

export function wireConsole() {
  const folder = projectFolder();
  const files = new ConsoleFiles(folder && join(folder, 'dist/apps/console'));
  return { controllers: [new ConsoleController(files)] };
}
