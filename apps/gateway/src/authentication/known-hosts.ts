import { isLoopbackName } from '@app/domain';
import { isHost } from '../http/request-host.js';

/** The names by which browsers reach this gateway while requests carry no credential that a foreign page lacks. */
export class KnownHosts {
  private readonly names: ReadonlySet<string>;

  /** @param names without ports, besides those of loopback */
  constructor(names: readonly string[]) {
    this.names = new Set(names.map((name) => normalize(name)).filter((name) => name !== null));
  }

  /**
   * Ignores the port. A foreign page reaches any gateway that its browser can reach, by a name of its own that it lets
   * resolve to the gateway's address (DNS rebinding). That name is the `Host` of its requests.
   */
  has(host: string): boolean {
    const name = normalize(host);
    return name !== null && (isLoopbackName(name) || this.names.has(name));
  }
}

/** The host without its port, as browsers write it; null: not a host. */
function normalize(host: string): string | null {
  if (!isHost(host) || !URL.canParse(`http://${host}`)) return null;
  return new URL(`http://${host}`).hostname.replace(/\.$/, '');
}
