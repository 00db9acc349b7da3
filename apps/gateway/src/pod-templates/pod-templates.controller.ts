import { Controller } from '@nestjs/common';
import type { PodTemplateReply, ReplyOf } from '@app/contract';
import type { PodTemplateRecord, PodTemplatesStore } from '@app/database';
import { Call, type CallOf } from '../authentication/call.js';
import { Serves } from '../http/serves.js';
import { noPodTemplate, type ChangePodTemplates } from './change-pod-templates.js';

@Controller()
export class PodTemplatesController {
  constructor(
    private readonly templates: PodTemplatesStore,
    private readonly changePodTemplates: ChangePodTemplates,
  ) {}

  @Serves('listPodTemplates')
  async list(): Promise<ReplyOf<'listPodTemplates'>> {
    return (await this.templates.list()).map(toReply);
  }

  @Serves('applyPodTemplate')
  async apply(
    @Call() { caller, params, body }: CallOf<'applyPodTemplate'>,
  ): Promise<ReplyOf<'applyPodTemplate'>> {
    return toReply(await this.changePodTemplates.apply(params.name, body, caller));
  }

  @Serves('getPodTemplate')
  async get(@Call() { params }: CallOf<'getPodTemplate'>): Promise<ReplyOf<'getPodTemplate'>> {
    const found = await this.templates.find(params.name);
    if (!found) throw noPodTemplate(params.name);
    return toReply(found);
  }

  @Serves('removePodTemplate')
  async remove(@Call() { caller, params }: CallOf<'removePodTemplate'>): Promise<void> {
    await this.changePodTemplates.remove(params.name, caller);
  }
}

function toReply({ name, template, usedBy, updatedAt, updatedBy }: PodTemplateRecord): PodTemplateReply {
  return {
    name,
    template: {
      metadata: {
        labels: { ...template.metadata.labels },
        annotations: { ...template.metadata.annotations },
      },
      spec: template.spec,
    },
    used_by: [...usedBy],
    updated_at: updatedAt.toISOString(),
    updated_by: updatedBy,
  };
}
