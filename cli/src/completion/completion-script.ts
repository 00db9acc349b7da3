import { bashScript } from './bash-script.js';
import type { CommandTree } from '../tree/command-tree.js';
import { completionTable } from './completion-table.js';
import { fishScript } from './fish-script.js';
import { zshScript } from './zsh-script.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** The script to source. `shell` is one of `SHELLS`; throws for any other. */
export function completionScript(shell: string, tree: CommandTree): string {
  const found = SHELLS.find((known) => known === shell);
  if (found === undefined) throw new Error(`no script for the shell '${shell}'`);
  return SCRIPTS[found](completionTable(tree));
}
