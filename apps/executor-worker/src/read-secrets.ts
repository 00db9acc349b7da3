import type { Follower } from './follower.js';
import { whileUnavailable } from './while-unavailable.js';
import type { WorkerContext } from './worker-context.js';

/** The content of the Job's Secret. `problem`: why the execution cannot run with it, in one line; null: it can. */
export interface SecretValues {
  values: Record<string, string>;
  problem: string | null;
}

/**
 * Reads the secrets of the proc and the secret args of the execution, in plain text. Waits while Postgres is unavailable.
 * @throws Error if a secret of the proc cannot be decrypted: this affects every run of the proc, and may be fixed meanwhile
 */
export async function readSecrets(context: WorkerContext, follower: Follower): Promise<SecretValues> {
  const { execution, claimed, signal } = follower;
  const ofProc = claimed.hasProcSecrets
    ? await whileUnavailable(() => context.secrets.read(execution.procName), signal)
    : {};
  const missing = claimed.snapshot.requiredSecrets.filter((name) => !Object.hasOwn(ofProc, name));
  const { values: ofArgs, problem } = openSecretArgs(context, follower);
  return {
    // Registration refuses a name that is both. A secret set later wins: the caller must not replace it.
    values: { ...ofArgs, ...ofProc },
    problem:
      missing.length > 0
        ? `missing secrets: ${missing.join(', ')}. An admin can set them with POST /secret.`
        : problem,
  };
}

function openSecretArgs({ secrets }: WorkerContext, { execution, claimed }: Follower): SecretValues {
  if (claimed.secretArgs === null) return { values: {}, problem: null };
  try {
    return { values: secrets.openArgs(execution.procName, claimed.secretArgs), problem: null };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      values: {},
      problem: `${message} Ask an admin to check PROCTOR_SECRET_KEY, then submit the execution again.`,
    };
  }
}
