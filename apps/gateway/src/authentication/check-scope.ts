import { scopeOf, type Route } from '@app/contract';
import { AppError, describeScope, includesLevel, type Scope } from '@app/domain';

/** Refuses a credential that does not reach as far as the route needs. @throws AppError `forbidden` */
export function checkScope(route: Route, scope: Scope): void {
  const needed = scopeOf(route);
  if (needed === null) return;
  if (!includesLevel(scope, needed)) {
    throw new AppError(
      'forbidden',
      `This requires a token with the scope ${needed}; yours has the scope ${describeScope(scope)}.`,
      { hint: `Use another token, or create one: \`proctor token create --scope ${needed}\`.` },
    );
  }
  const allowsProcLimit = route.who === 'authenticated' && route.allowsProcLimit;
  if (scope.procs === null || allowsProcLimit) return;
  throw new AppError(
    'forbidden',
    `This requires a token that is not limited to procs; yours has the scope ${describeScope(scope)}.`,
    { hint: `Use another token, or create one: \`proctor token create --scope ${needed}\`.` },
  );
}
