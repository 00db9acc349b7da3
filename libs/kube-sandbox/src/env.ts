import { resolve } from 'node:path';

export interface SandboxEnv {
  port: number;
  dataDir: string;
  procsDir: string;
  /** The first is that of the kubeconfig. */
  namespaces: string[];
  /** `null`: they run nothing, for benchmarks. See `SandboxOptions.nullContainers`. */
  containers: 'processes' | 'null';
}

const CONTAINERS = ['processes', 'null'] as const;

/** Reads the sandbox's configuration. Throws one error that lists every problem. */
export function readEnv(env: Readonly<Record<string, string | undefined>>): SandboxEnv {
  const problems: string[] = [];
  const port = Number(env.PROCTOR_SANDBOX_PORT ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    problems.push(
      `PROCTOR_SANDBOX_PORT must be a port number, or 0 for any free port, not ${JSON.stringify(env.PROCTOR_SANDBOX_PORT)}`,
    );
  }
  for (const name of ['PROCTOR_SANDBOX_DATA_DIR', 'PROCTOR_SANDBOX_PROCS_DIR']) {
    if (!env[name]) problems.push(`${name} must be set to a folder`);
  }
  const containers = CONTAINERS.find((one) => one === (env.PROCTOR_SANDBOX_CONTAINERS || 'processes'));
  if (!containers) {
    problems.push(
      `PROCTOR_SANDBOX_CONTAINERS must be ${CONTAINERS.join(' or ')}, not ${JSON.stringify(env.PROCTOR_SANDBOX_CONTAINERS)}`,
    );
  }
  if (problems.length > 0 || !containers) throw new Error(problems.join('\n'));
  return {
    port,
    dataDir: resolve(env.PROCTOR_SANDBOX_DATA_DIR!),
    procsDir: resolve(env.PROCTOR_SANDBOX_PROCS_DIR!),
    namespaces: (env.PROCTOR_SANDBOX_NAMESPACE || 'default')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    containers,
  };
}
