/** What clients have asked of the sandbox since it started. Reads of logs count as `get log`, watches when they begin. */
export class RequestCounts {
  private readonly byKind = new Map<string, number>();
  /** TCP connections accepted. */
  connections = 0;

  add(verb: string, resource: string): void {
    const kind = `${verb} ${resource}`;
    this.byKind.set(kind, (this.byKind.get(kind) ?? 0) + 1);
  }

  /** Such as `{ connections: 3, requests: { 'create jobs': 300 } }`. */
  read(): RequestStatistics {
    return { connections: this.connections, requests: Object.fromEntries([...this.byKind].sort()) };
  }
}

export interface RequestStatistics {
  connections: number;
  requests: Record<string, number>;
}
