import type { Logger } from '@app/platform';

/** The process's logger as something that can be injected. */
export class GatewayLog {
  constructor(readonly logger: Logger) {}
}
