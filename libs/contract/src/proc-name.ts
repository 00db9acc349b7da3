import * as z from 'zod';
import { MAX_PROC_NAME_LENGTH } from './limits.js';

export const PROC_NAME_RULE = `must be 1 to ${MAX_PROC_NAME_LENGTH} letters, digits, '.', '_' and '-', starting and ending with a letter or digit`;

/** The name of a proc in paths, bodies and on the command line. Case-sensitive. */
export const procName = z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$/, PROC_NAME_RULE);

/** The name of a pod template: also the name of a Kubernetes object, in a manifest of kind PodTemplate. */
export const templateName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9.-]{0,98}[a-z0-9])?$/,
    'must be 1 to 100 lower-case letters, digits, "." and "-", starting and ending with a letter or digit',
  );
