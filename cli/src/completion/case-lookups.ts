import type { CommandEntry } from './completion-table.js';

/** Shell functions, the same for bash and zsh, that set _proctor_reply to what an option or a positional takes. */
export function valueLookups(table: readonly CommandEntry[]): string {
  return `# What an option takes: nothing, proc, path, none (anything) or = and words.
_proctor_value() {
  case "$1|$2" in
${table.flatMap(optionArms).join('')}    *) _proctor_reply='' ;;
  esac
}
_proctor_positional() {
  case "$1|$2" in
${table.flatMap(positionalArms).join('')}    *) _proctor_reply='' ;;
  esac
}
`;
}

function optionArms({ path, options }: CommandEntry): string[] {
  return options.flatMap(({ names, value }) =>
    value === null ? [] : [caseArm(names.map((name) => quote(`${path}|${name}`)).join(' | '), value)],
  );
}

function positionalArms({ path, positionals }: CommandEntry): string[] {
  return positionals.map(({ many, value }, index) =>
    caseArm(many ? `${quote(`${path}|`)}*` : quote(`${path}|${index}`), value),
  );
}

export function caseArm(pattern: string, reply: string): string {
  return `    ${pattern}) _proctor_reply=${quote(reply)} ;;\n`;
}

export function quote(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`;
}
