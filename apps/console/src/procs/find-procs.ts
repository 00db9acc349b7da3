import type { ProcMetadata } from '@app/contract';

/** The procs in which every word of the text occurs: in the name, the description, an arg or a group. Names come first. */
export function findProcs(procs: readonly ProcMetadata[], text: string): ProcMetadata[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const isInName = ({ name }: ProcMetadata) => words.every((word) => name.toLowerCase().includes(word));
  return procs
    .filter((proc) => {
      const searched = textOf(proc);
      return words.every((word) => searched.includes(word));
    })
    .toSorted((a, b) => Number(isInName(b)) - Number(isInName(a)) || a.name.localeCompare(b.name));
}

function textOf({ name, description, env_vars, authorized_groups, organization }: ProcMetadata): string {
  const args = env_vars.args.flatMap((arg) => [arg.name, arg.description]);
  return [name, description, ...args, ...authorized_groups, organization].join('\n').toLowerCase();
}
