/** Who may import whom (README, "The parts"). Each rule says what to do instead. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: '\\.spec\\.ts$' },
  to: {
    path: '^(apps|libs|cli)/',
    pathNot: [from, '^libs/timing/', ...allowed.map((lib) => `^libs/${lib}/`)],
  },
});

const home = (name, packages, folders, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^(apps|libs|cli)/', pathNot: [...folders, '\\.spec\\.ts$'] },
  to: { path: packages.map((p) => `node_modules/${p}/`) },
});

module.exports = {
  forbidden: [
    {
      name: 'domain-is-pure',
      comment:
        'libs/domain decides, it does not act: pass what it needs (clock, randomness, rows) as an argument.',
      severity: 'error',
      from: { path: '^libs/domain/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^libs/domain/' },
    },
    {
      name: 'timing-imports-nothing',
      comment: 'libs/timing also runs in browsers: pass what it needs as an argument.',
      severity: 'error',
      from: { path: '^libs/timing/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^libs/timing/' },
    },
    only(
      'gateway-parts',
      '^apps/gateway/',
      ['contract', 'cron', 'domain', 'queue', 'database', 'patterns', 'plugins', 'platform'],
      'The gateway never talks to Kubernetes: enqueue, and let a worker do it.',
    ),
    only(
      'worker-parts',
      '^apps/executor-worker/',
      ['domain', 'microservice', 'queue', 'database', 'runner', 'platform'],
      'The worker speaks no HTTP contract: put what both need into libs/domain.',
    ),
    only(
      'scheduler-parts',
      '^apps/scheduler/',
      ['cron', 'domain', 'microservice', 'queue', 'database', 'patterns', 'plugins', 'platform'],
      "The scheduler has no Kubernetes client: sweeping the cluster is the workers' work.",
    ),
    only(
      'notifier-parts',
      '^apps/notifier/',
      ['domain', 'microservice', 'queue', 'database', 'plugins', 'platform'],
      'The notifier reads what to say from Postgres: extend its row instead.',
    ),
    only(
      'cli-parts',
      '^cli/',
      ['contract', 'domain'],
      'The CLI speaks HTTP to the gateway and nothing else: add a route to libs/contract.',
    ),
    only(
      // The one lib that combines others: docs/adr/0016.
      'microservice-parts',
      '^libs/microservice/',
      ['domain', 'queue', 'database', 'platform'],
      'Only what all microservices share belongs here: put the rest into the app that needs it.',
    ),
    only(
      'libs-know-only-domain',
      '^libs/(?!microservice/)([^/]+)/',
      ['domain', '$1'],
      'A lib may import libs/domain only: move the shared thing to libs/domain, or combine both libs in an app.',
    ),
    home(
      'bullmq-and-redis-live-in-queue',
      ['bullmq', 'ioredis'],
      ['^libs/queue/'],
      'Use what libs/queue exports; add a verb there if one is missing.',
    ),
    home(
      'prisma-lives-in-database',
      ['@prisma', 'pg'],
      ['^libs/database/'],
      'Add a method to a store in libs/database; Prisma types never leave it.',
    ),
    home(
      'kubernetes-client-lives-in-runner',
      ['@kubernetes'],
      ['^libs/runner/src/kubernetes/'],
      'Use the Runner port of libs/runner.',
    ),
    home(
      'cron-parser-lives-in-cron',
      ['cron-parser'],
      ['^libs/cron/'],
      'One parser says what a cron expression means: use what libs/cron exports.',
    ),
    home(
      're2-lives-in-patterns',
      ['re2js'],
      ['^libs/patterns/'],
      'One matcher says what the pattern of an arg means: use what libs/patterns exports.',
    ),
    home(
      'jose-lives-in-plugins',
      ['jose'],
      ['^libs/plugins/'],
      'Tokens of an issuer are checked by the plugin that knows it.',
    ),
    home('yargs-lives-in-cli', ['yargs'], ['^cli/'], 'Only the CLI parses command lines.'),
    home(
      'node-cron-lives-in-scheduler',
      ['node-cron'],
      ['^apps/scheduler/'],
      'Recurring work belongs to apps/scheduler.',
    ),
    home(
      'nodemailer-lives-in-notifier',
      ['nodemailer'],
      ['^apps/notifier/'],
      'Mail is sent by apps/notifier: write an outbox row.',
    ),
    {
      name: 'no-circles',
      comment:
        'Two files that need each other are one thing, or a third one is missing: split along the shared part.',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/|libs/database/src/generated' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
