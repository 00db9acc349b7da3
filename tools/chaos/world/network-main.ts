import { answerParent } from './child.js';
import { TcpProxy, type Passage } from './tcp-proxy.js';

const proxies = new Map<number, TcpProxy>();

const verbs = {
  /** @returns the port of a new way to `targetPort` */
  async open(targetPort: number) {
    const proxy = await TcpProxy.start(targetPort);
    proxies.set(proxy.port, proxy);
    return proxy.port;
  },
  let(port: number, passage: Passage) {
    proxies.get(port)?.let(passage);
  },
};

export type NetworkVerbs = typeof verbs;

answerParent(verbs, () => undefined);
