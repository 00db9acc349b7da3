export const SERVICE_KINDS = ['gateway', 'executor-worker', 'scheduler', 'notifier'] as const;

export type ServiceKind = (typeof SERVICE_KINDS)[number];

/** How many processes of each kind run. */
export const REPLICAS: Record<ServiceKind, number> = {
  gateway: 2,
  'executor-worker': 3,
  scheduler: 2,
  notifier: 2,
};
