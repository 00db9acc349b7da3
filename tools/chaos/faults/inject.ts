import type { Inject } from './fault.js';
import type { FaultKind } from './fault-kinds.js';
import { KUBERNETES_FAULTS } from './kubernetes-faults.js';
import { MAIL_FAULTS } from './mail-faults.js';
import { SERVICE_FAULTS } from './service-faults.js';
import { STORE_FAULTS } from './store-faults.js';

/** How to inject each fault. */
export const INJECT: Record<FaultKind, Inject> = {
  ...SERVICE_FAULTS,
  ...STORE_FAULTS,
  ...KUBERNETES_FAULTS,
  ...MAIL_FAULTS,
};
