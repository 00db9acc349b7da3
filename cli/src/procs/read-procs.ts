import { detailsFromIssues, parseWritten, procMetadata, procName, type ProcMetadata } from '@app/contract';
import { AppError, isJsonObject, type ErrorDetail } from '@app/domain';
import { findUnknownFields, withoutIgnored } from './find-unknown-fields.js';
import { parseProcDocuments } from './parse-proc-documents.js';
import type { SourceText } from './find-proc-files.js';

/** A proc as it is in a file. */
export interface ProcInFile {
  path: string;
  proc: ProcMetadata;
}

/**
 * The procs in these texts. Throws `invalid_args` with every problem in all of them: invalid values, unknown fields,
 * duplicate procs. Nothing of a text that does not look like a proc is quoted: it may be a secret in the wrong file.
 */
export function readProcs(sources: readonly SourceText[]): ProcInFile[] {
  const procs: ProcInFile[] = [];
  const details: ErrorDetail[] = [];
  for (const { path, text } of sources) {
    for (const [index, document] of parseProcDocuments(text, path).entries()) {
      const value = withoutIgnored(document);
      const place = `${path}: ${nameOf(value) ?? `proc ${index + 1}`}`;
      if (!looksLikeProc(value)) {
        details.push({ field: place, message: 'is not a proc, which has a name and an image_name' });
        continue;
      }
      const parsed = parseWritten(procMetadata, value);
      const problems = [...findUnknownFields(value), ...detailsFromIssues(parsed.error?.issues ?? [])];
      details.push(...problems.map(({ field, message }) => ({ field: `${place}: ${field}`, message })));
      if (!parsed.success || problems.length > 0) continue;
      const other = procs.find(({ proc }) => proc.name === parsed.data.name);
      if (other) details.push({ field: place, message: `is also in ${other.path}` });
      procs.push({ path, proc: parsed.data });
    }
  }
  if (details.length > 0) throw wrongFiles(details);
  if (procs.length === 0) throw new AppError('invalid_args', 'The files contain no procs.');
  return procs;
}

export function wrongFiles(details: readonly ErrorDetail[]): AppError {
  return new AppError('invalid_args', 'The proc files have errors. Nothing was changed.', {
    hint: '`proctor procs describe PROC` prints a registered proc as an example.',
    details,
  });
}

function nameOf(proc: unknown): string | null {
  return isJsonObject(proc) && procName.safeParse(proc['name']).success ? String(proc['name']) : null;
}

function looksLikeProc(value: unknown): boolean {
  return isJsonObject(value) && (nameOf(value) !== null || 'image_name' in value);
}
