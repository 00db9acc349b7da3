import { pathToFileURL } from 'node:url';
import { fetchOver, Outbound, readOutboundSettings } from '@app/outbound';
import { withTimeout } from '@app/timing';
import { isObject } from '../http/parse-object.js';
import type { PluginEnv } from '../plugin-env.js';
import { PluginError } from '../plugin-error.js';
import { describeThrown } from './describe-thrown.js';
import { findModule, isPath } from './find-module.js';

const TIMEOUT_MS = 10_000;

/** What Proctor requires of an operator's module, and the words for it in messages. */
export interface PluginKind {
  /** The required method. */
  method: string;
  /** Its signature, e.g. `auth(email, token)`. */
  signature: string;
  /** Prefix of the variables `…_BINARY` and `…_EXPORTED`. */
  variablePrefix: string;
  /** Names of shipped plugins, which need no module. */
  shipped: readonly string[];
}

export interface ForeignRequest {
  name: string;
  exported: string;
  env: PluginEnv;
  baseFolder: string;
  /** The time limit for loading. */
  timeoutMs?: number;
}

/**
 * Loads an object with the method that `kind` requires: exported by the module, or created from `{ env, fetch }` by its
 * exported class or (possibly async) function. That `fetch` uses the proxies and certificate authorities of `env`.
 * @throws PluginError if the module cannot be loaded or does not export such a plugin
 */
export async function loadForeign(kind: PluginKind, request: ForeignRequest): Promise<object> {
  const { name, timeoutMs = TIMEOUT_MS } = request;
  const file = findModule(name, request.baseFolder);
  if (file === null) throw new PluginError(describeMissing(kind, name, request.baseFolder));
  return await withTimeout(makePlugin(kind, request, file), timeoutMs, () => {
    throw new PluginError(
      `The plugin ${name} (${file}) did not load within ${timeoutMs / 1_000} s. Move slow work to the first call of ${kind.method}.`,
    );
  });
}

async function makePlugin(kind: PluginKind, request: ForeignRequest, file: string): Promise<object> {
  const { name, exported } = request;
  const what = `the plugin ${name} (${file})`;
  const found = await importModule(kind, what, file);
  const value = valueIn(found, exported);
  if (value === undefined || value === null) {
    throw new PluginError(
      `There is no export ${JSON.stringify(exported)} in ${what}; it exports ${namesIn(found)}. Set ${kind.variablePrefix}_EXPORTED to the export that is the plugin, or export it as ${exported}.`,
    );
  }
  const foreign = await instantiate(kind, value, request, what);
  if (hasMethod(foreign, kind.method)) return foreign;
  throw new PluginError(
    `The export ${exported} of ${what} has no function "${kind.method}"; found ${describeShape(foreign)}. Export an object with ${kind.signature}, or a class or function that creates one.`,
  );
}

async function importModule(
  kind: PluginKind,
  what: string,
  file: string,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (err) {
    throw new PluginError(
      `Loading ${what} failed: ${describeThrown(err)}\nFix the module (node ${JSON.stringify(file)} shows the same error), or set ${kind.variablePrefix}_BINARY to another plugin.`,
    );
  }
}

/** Finds an export by name, or as a property of a CommonJS module whose exports cannot be detected statically. */
function valueIn(found: Readonly<Record<string, unknown>>, exported: string): unknown {
  if (exported in found) return found[exported];
  const whole = found['default'];
  return isObject(whole) && Object.hasOwn(whole, exported) ? whole[exported] : undefined;
}

async function instantiate(
  { method }: PluginKind,
  value: unknown,
  { exported, env }: ForeignRequest,
  what: string,
): Promise<unknown> {
  if (typeof value !== 'function' || hasMethod(value, method)) return value;
  const given = { env: { ...env }, fetch: fetchOver(new Outbound(readOutboundSettings(env).settings)) };
  const isMade = isClass(value, method);
  try {
    return isMade ? Reflect.construct(value, [given]) : await Reflect.apply(value, undefined, [given]);
  } catch (err) {
    const doing = isMade ? 'Constructing the class' : 'Calling the function';
    throw new PluginError(`${doing} ${exported} of ${what} failed: ${describeThrown(err)}`);
  }
}

function isClass(value: object, method: string): boolean {
  const prototype = 'prototype' in value ? value.prototype : undefined;
  return /^class\b/.test(Function.prototype.toString.call(value)) || hasMethod(prototype, method);
}

function hasMethod(value: unknown, method: string): value is object {
  const mayHoldFunctions = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return mayHoldFunctions && typeof (value as Record<string, unknown>)[method] === 'function';
}

function namesIn(found: Readonly<Record<string, unknown>>): string {
  const names = new Set(Object.keys(found));
  if (isObject(found['default'])) Object.keys(found['default']).forEach((name) => names.add(name));
  return names.size === 0 ? 'nothing' : [...names].sort().join(', ');
}

function describeShape(value: unknown): string {
  if (!isObject(value)) return value === null ? 'null' : typeof value;
  const names = Object.keys(value);
  return names.length === 0 ? 'an empty object' : `an object with ${names.join(', ')}`;
}

function describeMissing({ variablePrefix, shipped }: PluginKind, name: string, baseFolder: string): string {
  return isPath(name)
    ? `There is no plugin at ${name} (relative to ${baseFolder}). Check ${variablePrefix}_BINARY, and that this user can read the file.`
    : `There is no plugin ${name}: it is neither shipped (${shipped.join(', ')}) nor installed in a node_modules folder at or above ${baseFolder}. To load a file, set ${variablePrefix}_BINARY to a path that starts with / or ./.`;
}
