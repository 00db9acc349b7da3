import { ProcsStore, SecretBox, SecretsStore, type Database } from '@app/database';
import type { AuditTrail } from '../audit/audit-trail.js';
import { ListSecrets } from './list-secrets.js';
import { RemoveSecret } from './remove-secret.js';
import { SecretsController } from './secrets.controller.js';
import { SetSecrets } from './set-secrets.js';

export interface SecretsDependencies {
  secretKey: Uint8Array;
  database: Database;
  audit: AuditTrail;
}

export function wireSecrets({ secretKey, database, audit }: SecretsDependencies) {
  const secretsStore = new SecretsStore(database, new SecretBox(secretKey));
  const procsStore = new ProcsStore(database);
  const controller = new SecretsController(
    new SetSecrets(secretsStore, procsStore, audit),
    new ListSecrets(secretsStore, procsStore),
    new RemoveSecret(secretsStore, audit),
  );
  return { secretsStore, controllers: [controller] };
}
