import type { PodTemplateRecord, PodTemplatesStore } from '@app/database';
import {
  checkPodTemplate,
  checkTemplateUse,
  nearestWord,
  type AllowedSettings,
  type ErrorDetail,
  type Proc,
} from '@app/domain';

/** Checks the pod templates of procs: that they exist, fit the proc, and are still allowed. */
export class CheckTemplates {
  constructor(
    private readonly templates: Pick<PodTemplatesStore, 'list'>,
    private readonly allowed: AllowedSettings,
  ) {}

  /** Reads the templates, and returns a function that lists the problems of one proc. `field` is a path into it. */
  async forProcs(procs: readonly Proc[]): Promise<(proc: Proc) => ErrorDetail[]> {
    const isUsed = procs.some(({ pod }) => pod.template !== null);
    const templates = isUsed ? await this.templates.list() : [];
    // Many procs of a request may name one template.
    const checked = new Map<string, ErrorDetail[]>();
    return ({ pod }) => {
      if (pod.template === null) return [];
      const found = templates.find(({ name }) => name === pod.template);
      if (!found) return [{ field: 'pod.template', message: describeMissing(pod.template, templates) }];
      const key = JSON.stringify([found.name, pod.namespace]);
      const refused =
        checked.get(key) ??
        checkPodTemplate(found.template, this.allowed, pod.namespace).map(({ field, message }) => ({
          field: 'pod.template',
          message: `${field}: ${message}`,
        }));
      checked.set(key, refused);
      return [...refused, ...checkTemplateUse(pod, found.template)];
    };
  }
}

function describeMissing(name: string, templates: readonly PodTemplateRecord[]): string {
  const nearest = nearestWord(
    name,
    templates.map((template) => template.name),
  );
  const advice = nearest === null ? 'see `proctor pod-template list`' : `did you mean ${nearest}?`;
  return `there is no pod template "${name}"; ${advice}`;
}
