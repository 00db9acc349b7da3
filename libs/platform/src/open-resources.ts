import type { Logger } from './logger.js';

interface OpenResource {
  name: string;
  close: () => unknown;
}

/**
 * What a process has opened and how each is closed. Register a resource as soon as it is open: `close` closes all of
 * them in reverse order, so that each still has everything that was opened before it.
 *
 *     const database = resources.use('postgres', new Database(settings));
 *     resources.defer('readiness', () => health.drain());
 */
export class OpenResources {
  private readonly open: OpenResource[] = [];
  private closing: Promise<void> | null = null;

  constructor(private readonly logger: Pick<Logger, 'error'>) {}

  /** Registers a resource that closes itself. @returns the resource */
  use<Resource extends { close(): unknown }>(name: string, resource: Resource): Resource {
    this.defer(name, () => resource.close());
    return resource;
  }

  /** Registers how to close what was just opened. `close` may be asynchronous; the next one waits for it. */
  defer(name: string, close: () => unknown): void {
    this.open.push({ name, close });
  }

  /**
   * Closes everything, last opened first, one after the other. A close that fails is logged and does not keep the
   * others from closing. May be repeated: closes once.
   * @throws Error naming what could not be closed
   */
  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    const failed: string[] = [];
    for (let resource = this.open.pop(); resource; resource = this.open.pop()) {
      try {
        await resource.close();
      } catch (err) {
        this.logger.error({ err, resource: resource.name }, 'could not close');
        failed.push(resource.name);
      }
    }
    if (failed.length > 0) throw new Error(`could not close ${failed.join(', ')}`);
  }
}
