import { WorkloadsStore, type Database } from '@app/database';
import { ChangeWorkloads, type ChangeWorkloadsDependencies } from './change-workloads.js';
import { WorkloadsController } from './workloads.controller.js';

export interface WorkloadsDependencies extends Omit<ChangeWorkloadsDependencies, 'workloads'> {
  database: Database;
}

/** Rules by which tokens of CI systems and clusters sign in. */
export function wireWorkloads({ database, ...rest }: WorkloadsDependencies) {
  const workloads = new WorkloadsStore(database);
  const change = new ChangeWorkloads({ ...rest, workloads });
  return { controllers: [new WorkloadsController(workloads, change, rest.people)] };
}
