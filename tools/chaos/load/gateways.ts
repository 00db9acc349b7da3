export interface Identity {
  email: string;
  token: string;
}

export interface Answer {
  /** 0: the connection failed, or there was no answer in time. */
  status: number;
  /** The body, if it was JSON. */
  body: unknown;
  retryAfterMs: number;
}

const TIMEOUT_MS = 10_000;
/** How long other gateways are preferred after a failure. */
const SUSPECT_MS = 3_000;
const MAX_RETRY_AFTER_MS = 5_000;

/** All gateways, as clients behind a load balancer see them: a gateway that fails is avoided for a while. */
export class Gateways {
  private next = 0;
  private readonly suspectUntilMs = new Map<string, number>();

  constructor(private readonly urls: readonly string[]) {}

  /** Round robin; gateways that failed lately come last. */
  choose(): string {
    const now = performance.now();
    for (let i = 0; i < this.urls.length; i += 1) {
      const url = this.urls[(this.next += 1) % this.urls.length]!;
      if ((this.suspectUntilMs.get(url) ?? 0) <= now) return url;
    }
    return this.urls[(this.next += 1) % this.urls.length]!;
  }

  suspect(url: string): void {
    this.suspectUntilMs.set(url, performance.now() + SUSPECT_MS);
  }

  /** Sends one request to one gateway. Never rejects. */
  async request(
    identity: Identity,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const url = this.choose();
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { ...identityHeaders(identity), ...headers },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const retryAfterMs = Number(response.headers.get('retry-after') ?? 0) * 1_000 || 0;
      return {
        status: response.status,
        body: parse(text),
        retryAfterMs: Math.min(retryAfterMs, MAX_RETRY_AFTER_MS),
      };
    } catch {
      this.suspect(url);
      return { status: 0, body: null, retryAfterMs: 0 };
    }
  }
}

export const identityHeaders = ({ email, token }: Identity) => ({ 'Email-Id': email, 'Access-Token': token });

/** Whether the answer is final: a retry would not change it. */
export function isDefinite({ status }: { status: number }): boolean {
  return status >= 200 && status < 500 && status !== 429 && status !== 408;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
