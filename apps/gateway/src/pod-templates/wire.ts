import type { PodTemplatesStore, ProcsStore } from '@app/database';
import type { AllowedSettings } from '@app/domain';
import type { AuditTrail } from '../audit/audit-trail.js';
import { ChangePodTemplates } from './change-pod-templates.js';
import { PodTemplatesController } from './pod-templates.controller.js';

export interface PodTemplatesDependencies {
  templates: PodTemplatesStore;
  procs: ProcsStore;
  allowed: AllowedSettings;
  audit: AuditTrail;
}

export function wirePodTemplates(dependencies: PodTemplatesDependencies) {
  const change = new ChangePodTemplates(dependencies);
  return { controllers: [new PodTemplatesController(dependencies.templates, change)] };
}
