import { countChanges } from '@app/domain';
import type { EnvSource } from './load-env.js';

/** More is another variable, which another program may read. */
const MAX_CHANGES = 1;

/**
 * Variables of the environment that no service reads, and that differ from one that this service reads only by underscores,
 * case or one more letter: such a mistake would leave a setting at its default without a word. Pure.
 * @param names of the variables that this service reads
 */
export function findMisspelt(names: readonly string[], env: EnvSource): { given: string; meant: string }[] {
  const meantBy = names.map((name) => ({ name, letters: lettersOf(name) }));
  return Object.keys(env)
    .filter((given) => /^PROCTOR_/i.test(given) && !names.includes(given))
    .flatMap((given) => {
      const letters = lettersOf(given);
      const meant = meantBy.find(
        (each) => countChanges(letters, each.letters, MAX_CHANGES + 1) <= MAX_CHANGES,
      );
      return meant ? [{ given, meant: meant.name }] : [];
    });
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}
