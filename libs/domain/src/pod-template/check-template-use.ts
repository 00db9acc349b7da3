import type { ErrorDetail } from '../app-error.js';
import { quoteForMessage } from '../proc/env-value.js';
import { overlaps, plainPath } from '../proc/mount-path.js';
import type { PodSettings } from '../proc/pod-settings.js';
import { objectsIn, PROC_CONTAINER, type PodTemplate } from './pod-template.js';

/** Lists where a proc and its template want the same folder. `field` is `pod.template`. */
export function checkTemplateUse(
  { scratch, files, configMaps, secrets, template: name }: PodSettings,
  template: PodTemplate,
): ErrorDetail[] {
  const folders = [scratch, ...configMaps, ...secrets].flatMap((mount) => mount?.path ?? []);
  const taken = new Set(folders.map(plainPath));
  return (
    ownMountPaths(template)
      // A file needs a place in the folder around it, which may be read-only.
      .filter((path) => taken.has(plainPath(path)) || files.some((file) => overlaps(file.path, path)))
      .map((path) => {
        const message = `${quoteForMessage(path)} is also mounted by the pod template ${name}; choose another folder`;
        return { field: 'pod.template', message };
      })
  );
}

/** Where the template mounts volumes in the proc's container. */
function ownMountPaths({ spec }: PodTemplate): string[] {
  const own = objectsIn(spec['containers']).find(({ name }) => name === PROC_CONTAINER);
  return objectsIn(own?.['volumeMounts']).map(({ mountPath }) => String(mountPath));
}
