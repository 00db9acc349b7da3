import type { JobCheckReply } from '@app/contract';
import { filterControls, plainLine } from '@app/domain';
import { stringify } from 'yaml';

const SAYS: Record<JobCheckReply['outcome'], string> = {
  accepted: 'The cluster would accept this Job.',
  refused: 'The cluster would refuse this Job: ',
  unknown: 'Whether the cluster would accept this Job is unknown: ',
  no_worker: 'The Job is not shown: ',
  not_asked: 'The Job is not shown: ',
};

const NOT_ASKED =
  'The quota and admission of pods were not asked, nor webhooks that do not support a dry run.';

/** Each Job as a YAML document, after comments about what the cluster says. */
export function renderJobs(jobs: readonly JobCheckReply[]): string {
  return jobs.map(renderJob).join('');
}

function renderJob({ proc, outcome, message, warnings, manifest }: JobCheckReply): string {
  const comments = [
    `${proc}: ${SAYS[outcome]}${message}`,
    ...warnings.map((warning) => `Warning: ${warning}`),
    ...(manifest ? [NOT_ASKED] : []),
  ].map((line) => `# ${plainLine(line)}\n`);
  const yaml = manifest ? stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false }) : '';
  return `---\n${comments.join('')}${withoutControls(yaml)}`;
}

function withoutControls(yaml: string): string {
  return yaml
    .split('\n')
    .map((line) => filterControls(line, { keepColours: false }))
    .join('\n');
}
