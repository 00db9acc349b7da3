import { completionScript } from '../completion/completion-script.js';
import type { Context } from '../context.js';

export async function printCompletion({ printer, tree }: Context, shell: string): Promise<number> {
  const script = completionScript(shell, tree);
  await printer.result(script, { shell, script });
  return 0;
}
