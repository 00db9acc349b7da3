import type { Inject } from './fault.js';
import type { FaultKind } from './fault-kinds.js';
import { KUBERNETES } from './kubernetes-faults.js';
import { MAIL } from './mail-faults.js';
import { SERVICES } from './service-faults.js';
import { STORE_FAULTS } from './store-faults.js';

/** How each fault is made to happen. */
export const INJECT: Record<FaultKind, Inject> = { ...SERVICES, ...STORE_FAULTS, ...KUBERNETES, ...MAIL };
