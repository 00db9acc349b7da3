import { createHash } from 'node:crypto';
import { metadataFromProc, procFromMetadata, stringifyJson, Written, type ProcMetadata } from '@app/contract';

/** The metadata without fields that have their default, as the gateway returns it. */
export function normalForm(metadata: ProcMetadata): ProcMetadata {
  return metadataFromProc(procFromMetadata(metadata));
}

/** A proc as `field: value` lines, one per leaf, with arguments and secrets by name. Equivalent procs have equal lines. */
export function linesOf(metadata: ProcMetadata): string[] {
  const { files = [], ...rest } = normalForm(metadata);
  return flatten({ ...rest, files: (files ?? []).map(summaryOf) }, '');
}

type FileMetadata = NonNullable<ProcMetadata['files']>[number];

/** A text is too long to be shown as a difference. */
function summaryOf({ path, content }: FileMetadata) {
  const text = content ?? '';
  const sha256 = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return { name: path, content: `${Buffer.byteLength(text)} bytes, sha256 ${sha256}` };
}

function flatten(value: unknown, path: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) => {
      const name = nameIn(item);
      if (name === null) return typeof item === 'object' ? [line(path, item)] : flatten(item, path);
      const { name: _, ...rest } = item as { name: string };
      return [line(path, name), ...flatten(rest, `${path}.${name}`)];
    });
  }
  if (typeof value === 'object' && value !== null && !(value instanceof Written)) {
    return Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, inner]) => flatten(inner, path === '' ? name : `${path}.${name}`));
  }
  return value === '' || value === null || value === undefined ? [] : [line(path, value)];
}

function nameIn(item: unknown): string | null {
  const name = typeof item === 'object' && item !== null && 'name' in item ? item.name : null;
  return typeof name === 'string' ? name : null;
}

function line(path: string, value: unknown): string {
  return `${path}: ${typeof value === 'string' ? value : stringifyJson(value)}`;
}
