import { detailsFromIssues, procMetadata, type ProcMetadata } from '@app/contract';
import { AppError, type ErrorDetail } from '@app/domain';
import { findUnknownFields, withoutIgnored } from './find-unknown-fields.js';
import { parseProcDocuments } from './parse-proc-documents.js';
import type { SourceText } from './find-proc-files.js';

/**
 * The procs in these texts. Throws `invalid_args` that lists everything wrong in all of them: wrong values, fields that
 * there are not, a proc that is there twice.
 */
export function readProcs(sources: readonly SourceText[]): ProcMetadata[] {
  const procs: ProcMetadata[] = [];
  const whereIs = new Map<string, string>();
  const details: ErrorDetail[] = [];
  for (const { path, text } of sources) {
    for (const [index, document] of parseProcDocuments(text, path).entries()) {
      const value = withoutIgnored(document);
      const place = `${path}: ${nameOf(value) ?? `proc ${index + 1}`}`;
      const parsed = procMetadata.safeParse(value);
      const problems = [...findUnknownFields(value), ...detailsFromIssues(parsed.error?.issues ?? [])];
      details.push(...problems.map(({ field, message }) => ({ field: `${place}: ${field}`, message })));
      if (!parsed.success || problems.length > 0) continue;
      const other = whereIs.get(parsed.data.name);
      if (other !== undefined) details.push({ field: place, message: `is also in ${other}` });
      whereIs.set(parsed.data.name, path);
      procs.push(parsed.data);
    }
  }
  if (details.length > 0) {
    throw new AppError('invalid_args', 'Nothing was changed: these procs are not right.', {
      hint: '`proctor procs describe PROC` shows a proc as it is written.',
      details,
    });
  }
  if (procs.length === 0) throw new AppError('invalid_args', 'There is no proc in what was given.');
  return procs;
}

function nameOf(proc: unknown): string | null {
  const name = typeof proc === 'object' && proc !== null && 'name' in proc ? proc.name : null;
  return typeof name === 'string' && name !== '' ? name : null;
}
