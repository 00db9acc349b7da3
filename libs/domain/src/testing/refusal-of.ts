import { AppError } from '../app-error.js';

/** The refusal that `act` throws. @throws Error if nothing is refused, and whatever else `act` throws */
export function refusalOf(act: () => unknown): AppError {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
