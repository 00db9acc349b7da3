import type { ProcMetadata } from '@app/contract';
import { plainLine } from '@app/domain';
import { diffLines } from './diff-lines.js';
import { linesOf } from './normal-form.js';

/** What `procs apply` would do to one proc. */
export interface ProcChange {
  name: string;
  change: 'created' | 'changed' | 'unchanged';
  /** Removed lines with `- `, added lines with `+ `. */
  diff: string[];
}

/** `before` null: the proc does not exist yet. */
export function changeOf(before: ProcMetadata | null, after: ProcMetadata): ProcChange {
  const diff = diffLines(before ? linesOf(before) : [], linesOf(after))
    .filter(({ sign }) => sign !== ' ')
    .map(({ sign, line }) => `${sign} ${line}`);
  const change = before === null ? 'created' : diff.length > 0 ? 'changed' : 'unchanged';
  return { name: after.name, change, diff };
}

/** The preview of `proctor procs apply`. */
export function renderChanges(changes: readonly ProcChange[]): string {
  const lines = changes.flatMap(({ name, change, diff }) => [
    `${name}: ${change}`,
    ...diff.map((line) => `  ${plainLine(line)}`),
  ]);
  return lines.map((line) => `${line}\n`).join('');
}

/** `1 created, 2 changed, 3 unchanged` */
export function countChanges(changes: readonly ProcChange[]): string {
  return (['created', 'changed', 'unchanged'] as const)
    .map((kind) => `${changes.filter(({ change }) => change === kind).length} ${kind}`)
    .join(', ');
}
