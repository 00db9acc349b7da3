import { AppError } from '@app/domain';

/** A path below which nothing can be: the place of files of a user without a home folder. They are then missing. */
export const NO_HOME = '/dev/null';

/** Whether an error of the file system says that there is no such file; the folder may be missing, or a file. */
export function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(codeOf(error));
}

/** Whether a file problem is that this user may not read the folder or the file. */
export function isForbidden(problem: unknown): boolean {
  return problem instanceof AppError && ['EACCES', 'EPERM'].includes(codeOf(problem.cause));
}

/** For a file of the CLI's own that cannot be read, written or removed. */
export function fileProblem(verb: string, path: string, error: unknown): AppError {
  const hint = 'Check its permissions, or set LOCAL_CONFIG_DIR to another folder.';
  return path.startsWith(`${NO_HOME}/`)
    ? new AppError('malformed_request', `Cannot ${verb} the configuration: this user has no home folder.`, {
        hint: 'Set HOME, or LOCAL_CONFIG_DIR to a folder for the configuration.',
        cause: error,
      })
    : new AppError('malformed_request', `Cannot ${verb} ${path}: ${codeOf(error)}.`, { hint, cause: error });
}

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? String(error);
}
