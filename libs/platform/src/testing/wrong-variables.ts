import { ConfigurationError } from '../load-env.js';

/** The variables that the error of `load` names, sorted; none if it succeeds. */
export function wrongVariables(load: () => unknown): string[] {
  try {
    load();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map(({ variable }) => variable).sort();
  }
}
