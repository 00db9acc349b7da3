import { plainLine } from '@app/domain';
import type { Context } from '../context.js';

/** Tells people what the gateway warned about; programs find it in the reply. */
export function tellWarnings(
  { printer }: Context,
  { warnings = [] }: { warnings?: readonly string[] },
): void {
  for (const warning of warnings) printer.note(`Warning: ${plainLine(warning)}`);
}
