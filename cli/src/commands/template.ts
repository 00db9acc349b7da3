import { writeFile } from 'node:fs/promises';
import { AppError, shellCommand } from '@app/domain';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { renderTemplate } from '../output/render-template.js';
import { confirm } from '../terminal/prompt.js';
import { findProc } from './find-proc.js';

export interface TemplateOptions {
  proc: string;
  file: string;
  /** Overwrite without confirmation. */
  yes: boolean;
}

export async function template(
  context: Context,
  { proc: name, file, yes }: TemplateOptions,
): Promise<number> {
  const proc = await findProc(await openGateway(context), name);
  const text = renderTemplate(proc);
  if (!(await writeTo(file, text, yes ? 'w' : 'wx'))) {
    const isConfirmed =
      context.stdin.isTTY && (await confirm(`${file} exists. Overwrite it?`, context.stdin));
    if (!isConfirmed) {
      throw new AppError('conflict', `${file} already exists. Nothing was written.`, {
        hint: 'Choose another file, or overwrite this one with --yes.',
      });
    }
    await writeTo(file, text, 'w');
  }
  await context.printer.result(
    `Written: ${file}\nThen run: ${shellCommand('proctor', 'execute', name, '-f', file)}\n`,
    {
      file,
      proc: name,
    },
  );
  return 0;
}

/** False: the file exists, and `flag` forbids overwriting it. */
async function writeTo(file: string, text: string, flag: 'w' | 'wx'): Promise<boolean> {
  try {
    await writeFile(file, text, { flag });
    return true;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    if (reason === 'EEXIST') return false;
    throw new AppError('malformed_request', `Cannot write ${file}: ${reason}.`, {
      hint: 'Choose a file in an existing folder that you may write to.',
      cause: error,
    });
  }
}
