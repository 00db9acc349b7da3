import { z } from 'zod';
import { MAX_PROC_NAME_LENGTH } from './limits.js';

export const PROC_NAME_RULE = `must be 1 to ${MAX_PROC_NAME_LENGTH} letters, digits, '.', '_' and '-', starting and ending with a letter or digit`;

/** How procs are called in paths, bodies and on the command line. Case matters. */
export const procName = z.string().regex(/^[a-z0-9]([a-z0-9._-]{0,98}[a-z0-9])?$/i, PROC_NAME_RULE);
