/**
 * Who may import whom, and which package lives where: what .dependency-cruiser.mjs builds its rules from. A new part, lib
 * or package is one row; boundaries.spec.ts plants breaches of it.
 */

/** Everything in the repository that code could import. */
export const ROOTS = ['apps', 'libs', 'cli', 'tools', 'scripts', 'test', 'procs', 'prisma', 'deploy', 'dist'];

/**
 * [part, what it may import, what to do instead]. A bare name is a lib. `*` stands for each folder that has no row of
 * its own; a part may always import itself. Nothing but test/ may import an app, and nothing but tools/ test/support.
 * @type {[part: string, mayImport: string[], instead: string][]}
 */
// prettier-ignore
export const PARTS = [
  ['apps/gateway', ['contract', 'cron', 'domain', 'timing', 'queue', 'database', 'outbound', 'patterns', 'plugins', 'platform'], 'The gateway never talks to Kubernetes: enqueue, and let a worker do it.'],
  ['apps/executor-worker', ['domain', 'timing', 'microservice', 'queue', 'database', 'runner', 'platform'], 'The worker serves no HTTP contract: put what both need into libs/domain.'],
  ['apps/scheduler', ['cron', 'domain', 'timing', 'microservice', 'queue', 'database', 'patterns', 'plugins', 'platform'], 'The scheduler has no Kubernetes client: workers sweep the cluster.'],
  ['apps/notifier', ['domain', 'timing', 'microservice', 'outbound', 'queue', 'database', 'plugins', 'platform'], 'The notifier reads everything it sends from Postgres: extend the outbox row.'],
  ['apps/console', ['gateway-client', 'contract', 'domain', 'timing'], 'The console only speaks HTTP to the gateway: add a route to libs/contract.'],
  ['apps/*', ['domain'], 'Give the new app a row in tools/boundaries/tables.mjs.'],
  ['cli', ['gateway-client', 'contract', 'domain', 'outbound', 'timing'], 'The CLI only speaks HTTP to the gateway: add a route to libs/contract.'],
  ['libs/domain', [], 'libs/domain decides and does no I/O: pass what it needs as an argument.'],
  ['libs/timing', [], 'libs/timing imports no other lib: pass in what it needs.'],
  ['libs/contract', ['domain'], 'The contract holds HTTP shapes only: move logic to the app or to libs/domain.'],
  ['libs/gateway-client', ['contract', 'domain', 'timing'], 'The client knows the contract, but nothing about the servers: use a route.'],
  // The one lib that combines others: docs/adr/0016.
  ['libs/microservice', ['domain', 'timing', 'queue', 'database', 'platform'], 'Only what all microservices share belongs here: put the rest into the app that needs it.'],
  ['libs/plugins', ['domain', 'outbound', 'timing'], 'A plugin talks to its own server: pass in what it needs of others.'],
  ['libs/*', ['domain', 'timing'], 'Move what is shared to libs/domain or libs/timing, or combine both libs in an app.'],
  ['tools', ['libs/', 'cli/', 'scripts/', 'test/support/'], 'A tool tests the running apps from outside: use their HTTP API.'],
  ['scripts', ['tools/bench/main.ts', 'tools/chaos/main.ts', 'tools/docs/main.ts', 'tools/fuzz/main.ts'], 'Scripts run before anything is built: start what is in dist/ as a process.'],
];

/**
 * [packages, where they may be imported, what to do instead]. Every dependency in package.json has a row.
 * @type {[packages: string[], places: string[], instead: string][]}
 */
// prettier-ignore
export const HOMES = [
  [['bullmq', 'ioredis'], ['libs/queue'], 'Use what libs/queue exports, or add a function there.'],
  [['@prisma', 'pg'], ['libs/database', 'scripts'], 'Add a method to a store in libs/database; Prisma types never leave it.'],
  [['@kubernetes'], ['libs/runner/src/kubernetes'], 'Use the Runner port of libs/runner.'],
  [['cron-parser'], ['libs/cron'], 'One parser defines what a cron expression means: use libs/cron.'],
  [['re2js'], ['libs/patterns'], 'One matcher defines what the pattern of an arg means: use libs/patterns.'],
  [['jose'], ['libs/plugins'], 'Let the plugin that knows an issuer check its tokens.'],
  [['pino', '@opentelemetry'], ['libs/platform'], 'Use the logger and the metrics of libs/platform.'],
  [['yargs'], ['cli'], 'Only the CLI parses command lines.'],
  [['node-cron'], ['apps/scheduler'], 'Recurring work belongs to apps/scheduler.'],
  [['nodemailer', 'ipaddr.js'], ['apps/notifier'], 'Only apps/notifier sends messages: write an outbox row.'],
  [['@nestjs/platform-fastify', 'fastify', 'swagger-ui-dist'], ['apps/gateway'], 'Only the gateway serves HTTP through Nest.'],
  [['@nestjs', 'reflect-metadata', 'rxjs'], ['apps', 'libs/microservice', 'libs/platform', 'libs/queue'], 'Nest wires apps; other libs are plain classes.'],
  [['ws'], ['apps/gateway', 'cli', 'libs/gateway-client'], 'Only the log stream of the gateway is a WebSocket.'],
  [['yaml'], ['apps/gateway', 'cli', 'scripts'], 'Only proc files and the OpenAPI document are YAML.'],
  [['lossless-json'], ['libs/contract'], 'Use parseJson and stringifyJson of libs/contract.'],
  [['zod'], ['apps', 'cli', 'libs/contract', 'libs/gateway-client', 'libs/platform', 'libs/queue'], 'Parse at the edge, and pass values on.'],
];

/**
 * [lib, the packages it may import]. These also run in a browser, so they import nothing of Node.
 * @type {[lib: string, packages: string[]][]}
 */
export const PORTABLE = [
  ['domain', []],
  ['timing', []],
  ['contract', ['zod', 'lossless-json']],
  ['gateway-client', ['zod']],
];
