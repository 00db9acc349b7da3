import { KeyRotation, ProcsStore, SecretBox, SecretsStore, type Database } from '@app/database';
import type { SecretKeys } from '@app/platform';
import type { AuditTrail } from '../audit/audit-trail.js';
import { ScheduleArgsHash } from '../schedules/args-hash.js';
import { ListSecrets } from './list-secrets.js';
import { RemoveSecret } from './remove-secret.js';
import { RotateSecretKey } from './rotate-secret-key.js';
import { SecretKeyController } from './secret-key.controller.js';
import { SecretsController } from './secrets.controller.js';
import { SetSecrets } from './set-secrets.js';

export interface SecretsDependencies {
  secretKeys: SecretKeys;
  database: Database;
  audit: AuditTrail;
}

export function wireSecrets({ secretKeys, database, audit }: SecretsDependencies) {
  const box = new SecretBox(...secretKeys);
  const secretsStore = new SecretsStore(database, box);
  const procsStore = new ProcsStore(database);
  const controller = new SecretsController(
    new SetSecrets(secretsStore, procsStore, audit),
    new ListSecrets(secretsStore, procsStore),
    new RemoveSecret(secretsStore, audit),
  );
  const argsHash = new ScheduleArgsHash(secretKeys);
  const rotation = new KeyRotation(database, box, (procName, args) => {
    const { hash, others } = argsHash.of(procName, args);
    return [hash, ...others];
  });
  const rotate = new SecretKeyController(new RotateSecretKey(rotation, audit));
  return { secretsStore, controllers: [controller, rotate] };
}
