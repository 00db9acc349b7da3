import type { AllowedSettings } from '../proc/check-allowed.js';
import { quoteForMessage } from '../proc/env-value.js';
import { describeMountPathProblem } from '../proc/mount-path.js';
import { configMapName, describeUnlisted, secretName } from './check-references.js';
import { anything, flag, list, object, problem, text, followedBy, type Check } from './json-check.js';

/** The volumes that Proctor makes from fields of the proc. */
const OWN_VOLUMES = /^(scratch|files|config-map-\d+|secret-\d+)$/;

export function volumes(allowed: AllowedSettings): Check {
  const [secret, configMap] = [secretName(allowed), configMapName(allowed)];
  const items = { items: anything, defaultMode: anything, optional: flag };
  const source = object({
    configMap: object({ name: configMap, items: anything, optional: flag }, 'name'),
    secret: object({ name: secret, items: anything, optional: flag }, 'name'),
    serviceAccountToken: object({ audience: text, expirationSeconds: anything, path: text }, 'path'),
    downwardAPI: anything,
  });
  return list(
    object(
      {
        name: volumeName,
        emptyDir: object({ medium: text, sizeLimit: anything }),
        configMap: object({ name: configMap, ...items }, 'name'),
        secret: object({ secretName: secret, ...items }, 'secretName'),
        projected: object({ sources: list(source), defaultMode: anything }),
        downwardAPI: anything,
        persistentVolumeClaim: object({ claimName: text, readOnly: flag }, 'claimName'),
        ephemeral: anything,
        csi: object(
          {
            driver: text,
            readOnly: flag,
            fsType: text,
            volumeAttributes: anything,
            nodePublishSecretRef: object({ name: secret }, 'name'),
          },
          'driver',
        ),
        hostPath: followedBy(object({ path: text, type: text }, 'path'), ({ path }, place) =>
          checkHostPath(String(path), `${place}.path`, allowed.hostAccess),
        ),
      },
      'name',
    ),
  );
}

/** A mount of one of the template's own volumes. */
export const volumeMount: Check = object(
  { name: volumeName, mountPath, subPath: text, readOnly: flag },
  'name',
  'mountPath',
);

function mountPath(value: unknown, path: string) {
  const message = typeof value === 'string' ? describeMountPathProblem(value) : 'expected a string';
  return message === null ? [] : problem(path, message);
}

function volumeName(value: unknown, path: string) {
  return typeof value === 'string' && OWN_VOLUMES.test(value)
    ? problem(path, `${quoteForMessage(value)} is the name of a volume of Proctor; choose another`)
    : text(value, path);
}

/** `/var/log` allows that folder and all below. */
function checkHostPath(path: string, place: string, hostAccess: readonly string[]) {
  const isPlain = path.startsWith('/') && !path.split('/').some((step) => step === '..' || step === '.');
  if (!isPlain) return problem(place, 'expected an absolute path without "." and ".."');
  const folders = hostAccess.filter((entry) => entry.startsWith('/'));
  const isIn = (folder: string) => `${path}/`.startsWith(`${folder.replace(/\/+$/, '')}/`);
  if (folders.some(isIn)) return [];
  const what = `the host path ${quoteForMessage(path)}`;
  return problem(place, describeUnlisted(what, folders, 'PROCTOR_ALLOWED_HOST_ACCESS'));
}
