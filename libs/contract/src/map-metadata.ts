import type { Proc } from '@app/domain';
import type { ProcMetadata } from './metadata.js';

/** The proc that (already checked) metadata describes. */
export function procFromMetadata(metadata: ProcMetadata): Proc {
  const { concurrency } = metadata;
  return {
    name: metadata.name,
    description: metadata.description,
    imageName: metadata.image_name,
    args: metadata.env_vars.args.map(({ name, description, required }) => ({
      name,
      description,
      required: required ?? false,
    })),
    secrets: metadata.env_vars.secrets.map(({ name, description }) => ({ name, description })),
    authorizedGroups: metadata.authorized_groups,
    author: metadata.author,
    contributors: metadata.contributors,
    organization: metadata.organization,
    allowUndeclaredArgs: metadata.allow_undeclared_args ?? false,
    timeoutSeconds: metadata.timeout_seconds ?? null,
    retries: metadata.retries ?? null,
    concurrency: concurrency ? { limit: concurrency.limit, whenFull: concurrency.when_full } : null,
  };
}

/** The wire form of a proc. What v2 does not know is left out where it says nothing. */
export function metadataFromProc(proc: Proc): ProcMetadata {
  return {
    name: proc.name,
    description: proc.description,
    image_name: proc.imageName,
    env_vars: {
      secrets: proc.secrets.map(({ name, description }) => ({ name, description })),
      args: proc.args.map(({ name, description, required }) => ({
        name,
        description,
        ...(required && { required }),
      })),
    },
    authorized_groups: [...proc.authorizedGroups],
    author: proc.author,
    contributors: proc.contributors,
    organization: proc.organization,
    ...(proc.allowUndeclaredArgs && { allow_undeclared_args: true }),
    ...(proc.timeoutSeconds !== null && { timeout_seconds: proc.timeoutSeconds }),
    ...(proc.retries !== null && { retries: proc.retries }),
    ...(proc.concurrency && {
      concurrency: { limit: proc.concurrency.limit, when_full: proc.concurrency.whenFull },
    }),
  };
}
