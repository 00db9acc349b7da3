import { pathToFileURL } from 'node:url';
import type { AuthPlugin } from '../auth-plugin.js';
import { isObject } from '../http/parse-object.js';
import type { PluginEnv } from '../plugin-env.js';
import { PluginError } from '../plugin-error.js';
import { withinTime } from '../within-time.js';
import { CustomAuthPlugin, type ForeignPlugin } from './custom-auth-plugin.js';
import { describeThrown } from './describe-thrown.js';
import { findModule, isPath } from './find-module.js';

const TIMEOUT_MS = 10_000;

export interface CustomPluginRequest {
  name: string;
  exported: string;
  env: PluginEnv;
  baseFolder: string;
  /** For loading, and later for each call. */
  timeoutMs?: number;
}

/** @throws PluginError if the module can't be loaded, or has no such plugin */
export async function loadCustomPlugin(request: CustomPluginRequest): Promise<AuthPlugin> {
  const { name, timeoutMs = TIMEOUT_MS } = request;
  const file = findModule(name, request.baseFolder);
  if (file === null) throw new PluginError(describeMissing(name, request.baseFolder));
  const late = () =>
    new PluginError(
      `The plugin ${name} (${file}) was not loaded within ${timeoutMs / 1_000} s: let it do its slow work at the first call of auth.`,
    );
  return await withinTime(makePlugin(request, file), timeoutMs, late);
}

async function makePlugin(request: CustomPluginRequest, file: string): Promise<AuthPlugin> {
  const { name, exported, timeoutMs } = request;
  const what = `the plugin ${name} (${file})`;
  const found = await importModule(what, file);
  const value = valueIn(found, exported);
  if (value === undefined || value === null) {
    throw new PluginError(
      `There is no export ${JSON.stringify(exported)} in ${what}; it exports ${namesIn(found)}. Set PROCTOR_AUTH_PLUGIN_EXPORTED to the one that holds the plugin, or export it as ${exported}.`,
    );
  }
  const foreign = await instantiate(value, request, what);
  if (isForeignPlugin(foreign)) return new CustomAuthPlugin(name, foreign, timeoutMs);
  throw new PluginError(
    `The export ${exported} of ${what} has no function "auth"; found ${describeShape(foreign)}. Export an object with auth(email, token), or a class or a function that makes one.`,
  );
}

async function importModule(what: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (err) {
    throw new PluginError(
      `Loading ${what} failed: ${describeThrown(err)}\nMend the module (node ${JSON.stringify(file)} shows the same error), or set PROCTOR_AUTH_PLUGIN_BINARY to another plugin.`,
    );
  }
}

/** By its name, or as a property of a CommonJS module whose names could not be told before it ran. */
function valueIn(found: Readonly<Record<string, unknown>>, exported: string): unknown {
  if (exported in found) return found[exported];
  const whole = found['default'];
  return isObject(whole) && Object.hasOwn(whole, exported) ? whole[exported] : undefined;
}

async function instantiate(
  value: unknown,
  { exported, env }: CustomPluginRequest,
  what: string,
): Promise<unknown> {
  if (typeof value !== 'function' || isForeignPlugin(value)) return value;
  const given = { env: { ...env } };
  const isMade = isClass(value);
  try {
    return isMade ? Reflect.construct(value, [given]) : await Reflect.apply(value, undefined, [given]);
  } catch (err) {
    const doing = isMade ? 'Constructing the class' : 'Calling the function';
    throw new PluginError(`${doing} ${exported} of ${what} failed: ${describeThrown(err)}`);
  }
}

function isClass(value: object): boolean {
  const prototype = 'prototype' in value ? value.prototype : undefined;
  return /^class\b/.test(Function.prototype.toString.call(value)) || isForeignPlugin(prototype);
}

function isForeignPlugin(value: unknown): value is ForeignPlugin {
  const mayHoldFunctions = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return mayHoldFunctions && typeof (value as { auth?: unknown }).auth === 'function';
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

function describeMissing(name: string, baseFolder: string): string {
  return isPath(name)
    ? `There is no plugin at ${name} (looked for from ${baseFolder}): check PROCTOR_AUTH_PLUGIN_BINARY, and that this user may read the file.`
    : `There is no plugin ${name}: neither a shipped one (gate, oidc, postgres) nor a package installed in a node_modules folder at or above ${baseFolder}. For a file, give a path that starts with / or ./ in PROCTOR_AUTH_PLUGIN_BINARY.`;
}
