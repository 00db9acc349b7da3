import type { ProcMetadata } from '@app/contract';
import { plainLine } from './filter-controls.js';

/** A YAML file for `execute -f`: each arg with its description as a comment, as in v2. */
export function renderTemplate(proc: ProcMetadata): string {
  const header = [`# Args of ${proc.name}. Fill in, then: proctor execute ${proc.name} -f FILE`];
  const args = proc.env_vars.args.map(({ name, description, required }) => {
    const about = [
      plainLine(description),
      required ? '(required)' : '(optional: delete the line to leave it out)',
    ];
    return `\n# ${about.filter(Boolean).join(' ')}\n${name}: ""`;
  });
  if (args.length === 0) header.push('# It declares no args.');
  return `${[...header, ...args].join('\n')}\n`;
}
