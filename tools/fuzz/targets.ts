/** What requests can name: objects that exist, and such as are gone by the time the request arrives. */
export interface Targets {
  procs: string[];
  executions: string[];
  schedules: string[];
  tokens: string[];
  notifications: string[];
  emails: string[];
  groups: string[];
  templates: string[];
  /** Files of the console. */
  assets: string[];
}

/** Old targets are dropped beyond it, so that those of recent requests are drawn often. */
const MAX_OF_A_KIND = 200;

export function addTarget(targets: Targets, kind: keyof Targets, value: string): void {
  const list = targets[kind];
  list.push(value);
  if (list.length > MAX_OF_A_KIND) list.shift();
}
