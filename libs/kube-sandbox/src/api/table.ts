import type {
  AnyObject,
  ConfigMap,
  Job,
  KubeEvent,
  Pod,
  ResourceName,
  Secret,
} from '../objects/kube-object.js';

type Cell = string | number;
interface Column {
  name: string;
  type: 'string' | 'integer';
  format: '' | 'name';
  description: string;
  /** 0: always shown. 1: only with `-o wide`. */
  priority: 0 | 1;
}

/** Renders objects as the rows that `kubectl get` prints. Ages are relative to `nowMs`. */
export function tableOf(
  resource: ResourceName,
  objects: readonly AnyObject[],
  listMetadata: object,
  nowMs: number,
): object {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: listMetadata,
    columnDefinitions: columnsOf(resource),
    rows: objects.map((object) => ({
      cells: cellsOf(resource, object, nowMs),
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}

const NAMES: Record<ResourceName, readonly string[]> = {
  namespaces: ['Name', 'Status', 'Age'],
  serviceaccounts: ['Name', 'Secrets', 'Age'],
  secrets: ['Name', 'Type', 'Data', 'Age'],
  configmaps: ['Name', 'Data', 'Age'],
  events: ['Last Seen', 'Type', 'Reason', 'Object', 'Message'],
  pods: ['Name', 'Ready', 'Status', 'Restarts', 'Age', '+IP', '+Node'],
  jobs: ['Name', 'Status', 'Completions', 'Duration', 'Age', '+Containers', '+Images', '+Selector'],
};

function columnsOf(resource: ResourceName): Column[] {
  return NAMES[resource].map((text) => {
    const name = text.replace('+', '');
    return {
      name,
      type: 'string',
      format: name === 'Name' ? 'name' : '',
      description: name,
      priority: text.startsWith('+') ? 1 : 0,
    };
  });
}

function cellsOf(resource: ResourceName, object: AnyObject, nowMs: number): Cell[] {
  const { name, creationTimestamp } = object.metadata;
  const age = humanDuration(nowMs - Date.parse(creationTimestamp));
  switch (resource) {
    case 'namespaces':
      return [name, object.metadata.deletionTimestamp ? 'Terminating' : 'Active', age];
    case 'serviceaccounts':
      return [name, 0, age];
    case 'configmaps':
      return [name, Object.keys((object as ConfigMap).data ?? {}).length, age];
    case 'secrets':
      return [name, (object as Secret).type, Object.keys((object as Secret).data ?? {}).length, age];
    case 'events':
      return eventCells(object as KubeEvent, nowMs);
    case 'pods':
      return podCells(object as Pod, age);
    case 'jobs':
      return jobCells(object as Job, age, nowMs);
  }
}

function eventCells(
  { involvedObject, lastTimestamp, type, reason, message }: KubeEvent,
  nowMs: number,
): Cell[] {
  const about = `${involvedObject.kind.toLowerCase()}/${involvedObject.name}`;
  return [humanDuration(nowMs - Date.parse(lastTimestamp)), type, reason, about, message.trim()];
}

function podCells(pod: Pod, age: string): Cell[] {
  const statuses = pod.status.containerStatuses ?? [];
  const ready = `${statuses.filter((one) => one.ready).length}/${pod.spec.containers.length}`;
  const { podIP = '<none>' } = pod.status;
  return [
    pod.metadata.name,
    ready,
    podStatusWord(pod),
    statuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
    age,
    podIP,
    pod.spec.nodeName ?? '<none>',
  ];
}

/** The word in kubectl's STATUS column: the most specific of deletion, reasons and phase. */
export function podStatusWord({ metadata, status }: Pod): string {
  if (metadata.deletionTimestamp) return status.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
  if (status.reason) return status.reason;
  const state = status.containerStatuses?.[0]?.state;
  return initWord(status) ?? state?.waiting?.reason ?? state?.terminated?.reason ?? status.phase;
}

/** The progress of init containers, such as `Init:0/2` or `Init:ErrImagePull`; null: they are done. */
function initWord({ initContainerStatuses: all = [] }: Pod['status']): string | null {
  const done = all.filter(({ started, state }) => started || state.terminated?.exitCode === 0).length;
  const current = all[done];
  if (!current) return null;
  const { waiting, terminated } = current.state;
  if (terminated) return terminated.reason === 'Error' ? 'Init:Error' : `Init:${terminated.reason}`;
  return waiting && waiting.reason !== 'PodInitializing'
    ? `Init:${waiting.reason}`
    : `Init:${done}/${all.length}`;
}

function jobCells(job: Job, age: string, nowMs: number): Cell[] {
  const { startTime, completionTime, succeeded = 0 } = job.status;
  const endMs = completionTime ? Date.parse(completionTime) : nowMs;
  const duration = startTime ? humanDuration(endMs - Date.parse(startTime)) : '';
  const [container] = job.spec.template.spec.containers;
  const selector = Object.entries(job.spec.selector.matchLabels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const completions = `${succeeded}/${job.spec.completions}`;
  return [
    job.metadata.name,
    jobStatusWord(job),
    completions,
    duration,
    age,
    container?.name ?? '',
    container?.image ?? '',
    selector,
  ];
}

function jobStatusWord(job: Job): string {
  const has = (type: string) =>
    job.status.conditions?.some((condition) => condition.type === type && condition.status === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp) return 'Terminating';
  if (job.spec.suspend) return 'Suspended';
  if (has('FailureTarget')) return 'FailureTarget';
  return has('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

/** kubectl's short durations: `45s`, `3m12s`, `12m`, `5h30m`, `3d4h`. */
export function humanDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return withRest(minutes, 'm', seconds % 60, 's');
  if (hours < 3) return `${minutes}m`;
  if (hours < 8) return withRest(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  return days < 8 ? withRest(days, 'd', hours % 24, 'h') : `${days}d`;
}

function withRest(whole: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${whole}${unit}` : `${whole}${unit}${rest}${restUnit}`;
}
