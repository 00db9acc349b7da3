import type { PluginEnv } from '../plugin-env.js';
import { type Outage, type LocalAnswer, LocalServer } from './local-server.js';

export interface GateProfile {
  email: string;
  name: string;
  active: boolean;
  groups: readonly { id: number; name: string }[];
}

/** A Gate server on loopback. */
export class LocalGate {
  /** Replaces every response of the server. */
  planned: LocalAnswer | null = null;
  private readonly profilesByToken = new Map<string, GateProfile>();

  private constructor(private readonly server: LocalServer) {}

  static async start(): Promise<LocalGate> {
    const server = await LocalServer.start(({ path, query }) => {
      if (gate.planned) return gate.planned;
      if (path !== '/api/v1/users/profile') return { status: 400 };
      const profile = gate.profilesByToken.get(query.get('access_token') ?? '');
      if (!profile) return { status: 401 };
      return profile.email.toLowerCase() === query.get('email')?.toLowerCase()
        ? { status: 200, body: profile }
        : { status: 404 };
    });
    const gate = new LocalGate(server);
    return gate;
  }

  env(): PluginEnv {
    return { GATE_PLUGIN_PROTOCOL: 'http', GATE_PLUGIN_HOST: new URL(this.server.url).host };
  }

  know(token: string, profile: GateProfile): void {
    this.profilesByToken.set(token, profile);
  }

  goDown(outage: Outage = 'cut'): void {
    this.server.outage = outage;
  }

  comeBack(): void {
    this.server.outage = null;
  }

  get requests() {
    return this.server.requests;
  }

  async close(): Promise<void> {
    await this.server.close();
  }
}
