import { answerParent } from './child.js';
import { TcpProxy, type Passage } from './tcp-proxy.js';

const proxies = new Map<number, TcpProxy>();

const methods = {
  /** @returns the port of a new proxy for `targetPort` */
  async open(targetPort: number) {
    const proxy = await TcpProxy.start(targetPort);
    proxies.set(proxy.port, proxy);
    return proxy.port;
  },
  setPassage(port: number, passage: Passage) {
    proxies.get(port)?.setPassage(passage);
  },
};

export type NetworkMethods = typeof methods;

answerParent(methods, () => undefined);
