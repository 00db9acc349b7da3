import type { Follower } from './follower.js';
import { whileUnavailable } from './wait-for.js';
import type { WorkerContext } from './worker-context.js';

/** What the Job's Secret is to hold. `problem`: why the execution can't run with it, one line; null: it can. */
export interface SecretValues {
  values: Record<string, string>;
  problem: string | null;
}

/**
 * The secrets of the proc and the secret args of the execution, in the clear. Waits while Postgres is away. @throws
 * Error if a secret of the proc can't be decrypted: that hits every run of the proc and may be set right meanwhile
 */
export async function readSecrets(context: WorkerContext, follower: Follower): Promise<SecretValues> {
  const { execution, claimed, signal } = follower;
  const ofProc = await whileUnavailable(() => context.secrets.read(execution.procName), signal);
  const missing = claimed.snapshot.requiredSecrets.filter((name) => !Object.hasOwn(ofProc, name));
  const { values: ofArgs, problem } = openSecretArgs(context, follower);
  return {
    // No name is both, by registration; a secret that was set later is not the caller's to replace.
    values: { ...ofArgs, ...ofProc },
    problem:
      missing.length > 0
        ? `secret not set: ${missing.join(', ')}; an admin sets it with POST /secret`
        : problem,
  };
}

function openSecretArgs({ secrets }: WorkerContext, { execution, claimed }: Follower): SecretValues {
  if (claimed.secretArgs === null) return { values: {}, problem: null };
  try {
    return { values: secrets.openArgs(execution.procName, claimed.secretArgs), problem: null };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { values: {}, problem: `${message} An admin checks PROCTOR_SECRET_KEY; then submit it again.` };
  }
}
