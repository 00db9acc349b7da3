import { type ConfigurationProblem, type PluginEnv, VariableReader } from '../plugin-env.js';

export interface GateSettings {
  /** Without a query. */
  profileUrl: URL;
}

/** Reads the variables of v2's Gate plugin. */
export function readGateSettings(env: PluginEnv): {
  settings: GateSettings | null;
  problems: readonly ConfigurationProblem[];
} {
  const read = new VariableReader(env);
  const protocol = read.parsed('GATE_PLUGIN_PROTOCOL', 'https or http', parseProtocol, 'https');
  const host = read.parsed(
    'GATE_PLUGIN_HOST',
    'the host of the Gate server, such as gate.example.com',
    parseHost,
  );
  const path = read.parsed(
    'GATE_PLUGIN_PROFILE_PATH',
    'a path without a query, such as api/v1/users/profile',
    parsePath,
    'api/v1/users/profile',
  );
  const isComplete = protocol !== undefined && host !== undefined && path !== undefined;
  const settings = isComplete ? { profileUrl: new URL(`${protocol}://${host}/${path}`) } : null;
  return { settings, problems: read.problems };
}

function parseProtocol(text: string): string | undefined {
  return text === 'https' || text === 'http' ? text : undefined;
}

function parseHost(text: string): string | undefined {
  const isBare = /^[^\s/?#@\\]+$/.test(text) && URL.canParse(`https://${text}/`);
  return isBare ? text : undefined;
}

function parsePath(text: string): string | undefined {
  return /^[^\s?#\\]+$/.test(text) ? text.replace(/^\/+/, '') : undefined;
}
