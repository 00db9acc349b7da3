import * as z from 'zod';
import { instant } from './paging.js';
import { templateName } from './proc-name.js';

const MAX_TEMPLATE_CHARACTERS = 65_536;

const anyObject = z.record(z.string(), z.unknown().describe('As Kubernetes defines it.'));

/** Body of `PUT /pod-template/{name}`. The gateway checks what is in it. */
export const podTemplateBody = z
  .strictObject({
    metadata: anyObject.nullish().describe('Labels and annotations of the pods.'),
    spec: anyObject.describe('A PodSpec of Kubernetes.'),
  })
  .refine(
    (template) => JSON.stringify(template).length <= MAX_TEMPLATE_CHARACTERS,
    `must be at most ${MAX_TEMPLATE_CHARACTERS} characters of JSON`,
  );

export const podTemplateParams = z.object({ name: templateName });

export const podTemplateReply = z.object({
  name: z.string(),
  template: z.object({
    metadata: z.object({
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
    }),
    spec: anyObject,
  }),
  used_by: z.array(z.string()).describe('Names of the procs with this `pod_template`.'),
  updated_at: instant,
  updated_by: z.string(),
});
export type PodTemplateReply = z.output<typeof podTemplateReply>;

/** All of them, by name. */
export const listPodTemplatesReply = z.array(podTemplateReply);
