import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppError } from '@app/domain';
import { createLogger, HealthRegistry } from '@app/platform';
import { UsersController } from './accounts/users.controller.js';
import { wireAccounts, type AccountsDependencies } from './accounts/wire.js';
import { AuthGuard, type AuthGuardDependencies } from './authentication/auth.guard.js';
import { CancelExecution, type CancelExecutionDependencies } from './executions/cancel-execution.js';
import { ExecutionsController } from './executions/executions.controller.js';
import { wireExecutions, type ExecutionsDependencies } from './executions/wire.js';
import { GatewayModule, wireGateway, type Gateway, type GatewayDependencies } from './gateway.module.js';
import { HealthController } from './health/health.controller.js';
import { wireSchedules, type SchedulesDependencies } from './schedules/wire.js';

const logger = createLogger({ service: 'test', level: 'fatal' });

async function start(health: HealthRegistry, guard: Pick<AuthGuard, 'canActivate'>, refused: string[] = []) {
  const gateway = {
    controllers: [new HealthController(health, '1.2.3')],
    guard: guard as AuthGuard,
    noteRefusal: (error: AppError) => void refused.push(error.code),
  };
  const app = await NestFactory.create<NestFastifyApplication>(
    GatewayModule.register(gateway, logger),
    new FastifyAdapter(),
    { logger: false },
  );
  await app.init();
  return app;
}

describe('GatewayModule', () => {
  it('serves the very controllers it is given, also two gateways in one process', async () => {
    const [ready, draining] = [new HealthRegistry(), new HealthRegistry()];
    draining.drain();
    const guard = { canActivate: async () => true };
    const apps = await Promise.all([start(ready, guard), start(draining, guard)]);
    const answers = await Promise.all(apps.map((app) => app.inject('/health/ready')));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 503]);
    await Promise.all(apps.map((app) => app.close()));
  });

  it('passes what the guard throws to the error filter', async () => {
    const refused: string[] = [];
    const guard = { canActivate: () => Promise.reject(new AppError('forbidden', 'no')) };
    const app = await start(new HealthRegistry(), guard, refused);
    expect((await app.inject('/ping')).statusCode).toBe(403);
    expect(refused).toEqual(['forbidden']);
    await app.close();
  });
});

/** Never called. `npm run typecheck` fails if a line below a `@ts-expect-error` compiles. */
export function missingObjectsDoNotCompile(missing: {
  telemetry: Omit<GatewayDependencies, 'telemetry'>;
  audit: Omit<ExecutionsDependencies, 'audit'>;
  access: Omit<SchedulesDependencies, 'access'>;
  news: Omit<AccountsDependencies, 'news'>;
  sources: Omit<AuthGuardDependencies, 'sources'>;
  signal: Omit<CancelExecutionDependencies, 'signal'>;
  changeUsers: ConstructorParameters<typeof UsersController>[0];
  guard: Omit<Gateway, 'guard'>;
}): void {
  // @ts-expect-error telemetry is missing
  wireGateway(missing.telemetry);
  // @ts-expect-error audit is missing
  wireExecutions(missing.audit);
  // @ts-expect-error access is missing
  wireSchedules(missing.access);
  // @ts-expect-error news is missing
  wireAccounts(missing.news);
  // @ts-expect-error sources is missing
  new AuthGuard(missing.sources);
  // @ts-expect-error signal is missing
  new CancelExecution(missing.signal);
  // @ts-expect-error everything is missing
  new ExecutionsController({});
  // @ts-expect-error changeUsers is missing
  new UsersController(missing.changeUsers);
  // @ts-expect-error guard is missing
  GatewayModule.register(missing.guard, logger);
}
