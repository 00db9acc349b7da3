import { readFile, stat } from 'node:fs/promises';
import { MAX_BODY_BYTES } from '@app/contract';
import { AppError } from '@app/domain';
import { decodeText } from '../files/decode-text.js';
import { parseYamlMap } from './parse-yaml-map.js';

/** The arguments in a YAML file (`execute -f`). Throws `malformed_request` if it is unreadable or not a map of strings. */
export async function readArgsFile(path: string): Promise<Record<string, string>> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BODY_BYTES)
      throw new AppError('too_large', `${path} is larger than ${MAX_BODY_BYTES} bytes.`);
    return parseYamlMap(decodeText(await readFile(path), path), path);
  } catch (error) {
    if (error instanceof AppError) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new AppError('malformed_request', `Cannot read the arguments file ${path}: ${reason}.`, {
      hint: 'Create one with `proctor template PROC FILE`.',
      cause: error,
    });
  }
}
