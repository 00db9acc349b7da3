import type { OutboxEvent } from '@app/database';
import { originIds } from '@app/domain';
import { durationMs, shownArgs } from './notification-message.js';

/**
 * The body of a webhook and of a `callback_url`, with the field names of the API. Pure.
 * @param delivery its id is the same for each attempt
 */
export function renderWebhook(
  event: OutboxEvent,
  delivery: { id: number; channel: string },
  publicUrl: string | null,
): string {
  const { execution, schedule } = event;
  return JSON.stringify({
    event: event.name === 'schedule_paused' ? 'schedule.paused' : `execution.${event.name}`,
    delivery_id: delivery.id,
    channel: delivery.channel,
    happened_at: event.happenedAt.toISOString(),
    reason: event.reason ?? undefined,
    execution: execution && {
      id: execution.id,
      job_name: execution.procName,
      name: execution.jobName,
      image_tag: execution.image,
      args: shownArgs(execution),
      created_at: execution.createdAt.toISOString(),
      updated_at: execution.updatedAt.toISOString(),
      status: execution.status,
      exit_code: execution.exitCode ?? undefined,
      reason: execution.reason ?? undefined,
      started_at: execution.startedAt?.toISOString(),
      ended_at: execution.endedAt?.toISOString(),
      duration_ms: durationMs(event) ?? undefined,
      user_email: execution.userEmail,
      schedule_id: originIds(execution.origin).scheduleId ?? undefined,
      url: publicUrl === null ? undefined : `${publicUrl}/execution/${execution.id}`,
    },
    schedule: schedule && {
      id: schedule.id,
      job_name: schedule.procName,
      tags: schedule.tags,
      user_email: schedule.userEmail,
    },
  });
}
