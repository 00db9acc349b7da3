import { describe, expect, it } from '@jest/globals';
import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { OpenSockets, type SocketLimits } from './open-sockets.js';

class FakeSocket extends EventEmitter {
  isDestroyed = false;

  constructor(readonly remoteAddress: string) {
    super();
  }

  destroy(): void {
    this.isDestroyed = true;
    this.emit('close');
  }
}

function start(limits: SocketLimits) {
  const server = new EventEmitter();
  const open = new OpenSockets(limits);
  open.watch(server as unknown as Server);
  const connect = (address = '192.0.2.1') => {
    const socket = new FakeSocket(address);
    server.emit('connection', socket);
    return socket;
  };
  const hold = (socket: FakeSocket) => open.hold(socket as unknown as Socket);
  const release = (socket: FakeSocket) => open.release(socket as unknown as Socket);
  return { server, open, connect, hold, release };
}

describe('OpenSockets', () => {
  it('replaces the oldest idle socket of the address', () => {
    const { connect } = start({ inAll: 10, perAddress: 2 });
    const [first, second, other, third] = [connect(), connect(), connect('192.0.2.9'), connect()];
    expect([first, second, other, third].map((socket) => socket.isDestroyed)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('replaces the oldest idle socket of all', () => {
    const { connect, open } = start({ inAll: 2, perAddress: null });
    const sockets = ['a', 'b', 'c'].map((name) => connect(name));
    expect(sockets.map((socket) => socket.isDestroyed)).toEqual([true, false, false]);
    expect(open.count()).toBe(2);
  });

  it('keeps one that carries a request, and refuses the new one if there is no other', () => {
    const { connect, hold, release } = start({ inAll: 10, perAddress: 2 });
    const [first, second] = [connect(), connect()];
    hold(first);
    hold(second);
    expect(connect().isDestroyed).toBe(true);
    release(first);
    expect(connect().isDestroyed).toBe(false);
    expect([first.isDestroyed, second.isDestroyed]).toEqual([true, false]);
  });

  it('replaces one with an older last request first', () => {
    const { connect, open } = start({ inAll: 10, perAddress: 2 });
    const [first, second] = [connect(), connect()];
    open.touch(first as unknown as Socket);
    connect();
    expect([first.isDestroyed, second.isDestroyed]).toEqual([false, true]);
  });

  it('counts a socket once, and not after it closes', () => {
    const { server, connect, open, release } = start({ inAll: 10, perAddress: 2 });
    const socket = connect();
    server.emit('connection', socket);
    expect(open.count()).toBe(1);
    expect(socket.listenerCount('close')).toBe(1);
    socket.destroy();
    release(socket);
    expect(open.count()).toBe(0);
  });

  it('counts an IPv6 network as one address', () => {
    const { connect } = start({ inAll: 10, perAddress: 1 });
    const first = connect('2001:db8::1');
    connect('2001:db8::2');
    expect(first.isDestroyed).toBe(true);
  });
});
