import { writeFile } from 'node:fs/promises';
import { AppError } from '@app/domain';
import { confirm } from '../terminal/prompt.js';
import { openGateway, type Context } from '../context.js';
import { renderTemplate } from '../output/render-template.js';
import { findProc } from './find-proc.js';

export interface TemplateOptions {
  proc: string;
  file: string;
  /** Overwrite without asking. */
  yes: boolean;
}

export async function template(
  context: Context,
  { proc: name, file, yes }: TemplateOptions,
): Promise<number> {
  const proc = await findProc(await openGateway(context), name);
  const text = renderTemplate(proc);
  if (!(await writeTo(file, text, yes ? 'w' : 'wx'))) {
    const isAgreed = context.stdin.isTTY && (await confirm(`${file} exists. Overwrite it?`, context.stdin));
    if (!isAgreed) {
      throw new AppError('conflict', `${file} exists; nothing was written.`, {
        hint: 'Name another file, or overwrite it with --yes.',
      });
    }
    await writeTo(file, text, 'w');
  }
  await context.printer.result(`Written: ${file}\nThen: proctor execute ${name} -f ${file}\n`, {
    file,
    proc: name,
  });
  return 0;
}

/** False if `flag` forbids to overwrite what is there. */
async function writeTo(file: string, text: string, flag: 'w' | 'wx'): Promise<boolean> {
  try {
    await writeFile(file, text, { flag });
    return true;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    if (reason === 'EEXIST') return false;
    throw new AppError('malformed_request', `${file} can't be written: ${reason}.`, {
      hint: 'Name a file in a folder that exists and that you may write to.',
      cause: error,
    });
  }
}
