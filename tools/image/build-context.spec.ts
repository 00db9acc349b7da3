import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isSentToDocker } from './build-context.js';

const ignore = readFileSync(join(import.meta.dirname, '../../.dockerignore'), 'utf8');

describe('the files that Docker is sent', () => {
  it.each([
    '.env',
    '.env.production',
    'apps/gateway/.env',
    'prod.env',
    'kubeconfig',
    'deploy/kubeconfig.yaml',
    'scripts/kubeconfig',
    'scripts/lib/staging.kubeconfig',
    '.kube/config',
    'prisma/.kube/config',
    'server.key',
    'libs/tls/server.key',
    'libs/ca.pem',
    'id_ed25519',
    'scripts/id_rsa.pub',
    'backup.sql',
    'dump.rdb',
    '.proctor/secret.key',
    '.proctor/redis/appendonlydir/appendonly.aof.1.incr.aof',
    'cli/proctor.yaml',
    '.git/config',
    'credentials.json',
    'node_modules/x/index.js',
    'libs/x/node_modules/y.js',
  ])('do not include %s', (path) => {
    expect(isSentToDocker(path, ignore)).toBe(false);
  });

  it.each([
    'package.json',
    'package-lock.json',
    '.npmrc',
    'nest-cli.json',
    'tsconfig.json',
    'prisma.config.ts',
    'apps/gateway/src/main.ts',
    'apps/gateway/src/secrets/secrets.controller.ts',
    'libs/kube-sandbox/src/kubeconfig.ts',
    'prisma/schema.prisma',
    'prisma/migrations/20261122000000_foundation/migration.sql',
    'scripts/lib/redis.mjs',
    'cli/bin/proctor.mjs',
  ])('include %s', (path) => {
    expect(isSentToDocker(path, ignore)).toBe(true);
  });
});
