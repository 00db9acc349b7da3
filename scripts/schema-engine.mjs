#!/usr/bin/env node
// Replaces Prisma's native schema engine, which would have to be downloaded. The Prisma CLI starts the program in
// PRISMA_SCHEMA_ENGINE_BINARY and exchanges JSON-RPC with it, one message per line. This program answers with the same
// engine compiled to WebAssembly, on the adapter that the services use, so that `prisma migrate dev`, `diff`,
// `status`, `resolve`, `reset` and `db push|pull` work; see docs/development.md.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';

/** The type "char", which only the system catalogs use; not char(n). */
const internalCharOid = 18;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: {
    datamodels: { type: 'string', multiple: true },
    datasource: { type: 'string' },
    'enabled-preview-features': { type: 'string' },
    'extension-types': { type: 'string' },
    version: { type: 'boolean' },
  },
});

async function loadEngine() {
  // The engine reports a panic here before it throws a bare RuntimeError.
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      set_message: (/** @type {string} */ text) => process.stderr.write(`${text}\n`),
    },
  });
  const glue = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const script = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const wasm = readFileSync(script.replace(/\.js$/, '.wasm'));
  const { instance } = await globalThis.WebAssembly.instantiate(wasm, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return glue;
}

/** @returns {URL} of the database that the CLI works on */
function databaseUrl() {
  const given =
    typeof options.datasource === 'string' ? JSON.parse(options.datasource).url : process.env.DATABASE_URL;
  return new URL(given);
}

function databaseName() {
  return decodeURIComponent(databaseUrl().pathname.slice(1));
}

/** @param {string} sql @param {URL} url */
async function execute(sql, url) {
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** @param {string} sql on the server rather than in the database, which may not exist */
function executeOnServer(sql) {
  return execute(sql, Object.assign(databaseUrl(), { pathname: '/postgres', search: '' }));
}

/** The engine's own command line: `cli create-database` and the like. @param {string} command @returns {Promise<0 | 1>} */
async function runCommand(command) {
  const name = pg.escapeIdentifier(databaseName());
  try {
    if (command === 'can-connect-to-database') await execute('select 1', databaseUrl());
    else if (command === 'create-database') await executeOnServer(`create database ${name}`);
    else if (command === 'drop-database') await executeOnServer(`drop database if exists ${name}`);
    else throw new Error(`unknown command ${command}`);
    return 0;
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    const prismaCodes = { '3D000': 'P1003', '28P01': 'P1000', 28000: 'P1000' };
    const fields = {
      message: message || code,
      error_code: prismaCodes[/** @type {'3D000'} */ (code)] ?? 'P1001',
    };
    process.stderr.write(`\n${JSON.stringify({ level: 'ERROR', target: 'schema_engine::logger', fields })}`);
    return 1;
  }
}

/** Answers the CLI's requests in order until it closes our input. */
async function serve() {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    const { id, method, params } = line.trim() === '' ? {} : JSON.parse(line);
    if (method === undefined) continue; // the CLI's answer to our "print"
    try {
      send({ id, result: (await answer(method, params)) ?? {} });
    } catch (error) {
      const { message, code, meta } = /** @type {Error & { code?: string, meta?: unknown }} */ (error);
      send({
        id,
        error: { code: 4466, message, data: { is_panic: false, message, error_code: code, meta } },
      });
    }
  }
}

async function createEngine() {
  const { config, schema } = adapterSettings();
  const factory = bindMigrationAwareSqlAdapterFactory(new MigrationAdapter(config, { schema }));
  const files = Array.isArray(options.datamodels) ? options.datamodels.map(String) : undefined;
  const datamodels = files?.map((file) => [file, readFileSync(file, 'utf8')]);
  return engineModule.SchemaEngine.new({ datamodels }, () => {}, factory);
}

/** @param {string} method @param {any} params @returns {Promise<unknown>} */
async function answer(method, params) {
  if (method === 'createDatabase') {
    await executeOnServer(`create database ${pg.escapeIdentifier(databaseName())}`);
    return { databaseName: databaseName() };
  }
  const engine = await createEngine();
  if (method === 'evaluateDataLoss' || method === 'createMigration') {
    // The WebAssembly engine opens no shadow database for these two, but uses what a diagnosis left in its cache.
    const { migrationsList, filters } = params;
    await engine.diagnoseMigrationHistory({ migrationsList, filters, optInToShadowDatabase: true });
  }
  const result = await engine[method === 'getDatabaseVersion' ? 'version' : method](params);
  if (method !== 'diff') return result;
  // The native engine prints the difference through the CLI instead of returning it.
  if (result.stdout) send({ id: 1, method: 'print', params: { content: result.stdout } });
  return { exitCode: result.exitCode, stdout: null };
}

/** @param {object} message */
function send(message) {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

/**
 * adapter-pg with three fixes that the engine needs: `executeScript` splits a script at each semicolon, even inside a
 * function body; the catalogs' type "char" has no mapping (prisma/orm#27403); the shadow database is dropped before
 * its connections are closed, which Postgres refuses.
 */
class MigrationAdapter extends PrismaPg {
  async connect() {
    return asEngineNeeds(await super.connect());
  }

  async connectToShadowDb() {
    const name = `prisma_migrate_shadow_db_${randomUUID()}`;
    await executeOnServer(`create database "${name}"`);
    const { config, schema } = adapterSettings();
    const shadow = asEngineNeeds(await new PrismaPg({ ...config, database: name }, { schema }).connect());
    const dispose = shadow.dispose.bind(shadow);
    shadow.dispose = async () => {
      await dispose();
      await executeOnServer(`drop database if exists "${name}" with (force)`);
    };
    return shadow;
  }
}

/** @param {any} connection @returns {any} the same one */
function asEngineNeeds(connection) {
  connection.executeScript = async (/** @type {string} */ script) => {
    try {
      await connection.underlyingDriver().query(script);
    } catch (error) {
      connection.onError(error); // throws it as an error that the engine understands
    }
  };
  const { queryRaw } = connection;
  connection.queryRaw = async (/** @type {unknown} */ query) => {
    /** @type {number[]} */
    const charColumns = [];
    const performIO = async (/** @type {unknown} */ io) => {
      const result = await connection.performIO(io);
      for (const [index, field] of result.fields.entries()) {
        if (field.dataTypeID !== internalCharOid) continue;
        charColumns.push(index);
        field.dataTypeID = pg.types.builtins.TEXT;
      }
      return result;
    };
    const result = await queryRaw.call(Object.assign(Object.create(connection), { performIO }), query);
    for (const index of charColumns) result.columnTypes[index] = ColumnTypeEnum.Character;
    return result;
  };
  return connection;
}

function adapterSettings() {
  const url = databaseUrl();
  return { config: parseIntoClientConfig(url.href), schema: url.searchParams.get('schema') ?? undefined };
}

const engineModule = await loadEngine();
if (options.version) {
  process.stdout.write(`schema-engine-cli ${engineModule.version()}\n`);
} else if (positionals[0] === 'cli') {
  process.exitCode = await runCommand(positionals[1] ?? '');
} else {
  await serve();
}
process.exit();
