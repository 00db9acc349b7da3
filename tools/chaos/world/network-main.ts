import { answerParent } from './child.js';
import { TcpProxy, type CaughtAt, type Passage } from './tcp-proxy.js';

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
  async catchWrite(port: number, at: CaughtAt) {
    await proxies.get(port)?.catchWrite(at);
  },
  release(port: number) {
    proxies.get(port)?.release();
  },
};

export type NetworkMethods = typeof methods;

answerParent(methods, () => undefined);
