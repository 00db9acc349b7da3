import { describe, expect, it, jest } from '@jest/globals';
import { NOTHING_ALLOWED, parseAllowedTargets, type AllowedTargets } from './check-address.js';
import { RefusedTargetError, resolveTarget, type Resolve } from './resolve-target.js';

const answering =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

const never: Resolve = async () => {
  throw new Error('unexpected lookup');
};

const resolveBy = (address: string, allowed: AllowedTargets | null, resolve: Resolve) =>
  resolveTarget(address, { allowed, resolve, isProxied: () => false, signal: new AbortController().signal });

describe('resolveTarget', () => {
  it('returns the addresses it has checked', async () => {
    const target = await resolveBy('https://hooks.example.com/x', NOTHING_ALLOWED, answering('8.8.8.8'));
    expect(target.addresses).toEqual([{ address: '8.8.8.8', family: 4 }]);
    expect(target.url.hostname).toBe('hooks.example.com');
  });

  it('resolves once, so that a name that becomes private later still leads to the checked address', async () => {
    let lookups = 0;
    const rebinding: Resolve = async () => [
      { address: lookups++ === 0 ? '93.184.215.14' : '169.254.169.254', family: 4 },
    ];
    const target = await resolveBy('http://rebind.example.com/', NOTHING_ALLOWED, rebinding);
    expect(target.addresses).toEqual([{ address: '93.184.215.14', family: 4 }]);
    expect(lookups).toBe(1);
    await expect(resolveBy('http://rebind.example.com/', NOTHING_ALLOWED, rebinding)).rejects.toThrow(
      RefusedTargetError,
    );
  });

  it('refuses a name with a private address', async () => {
    const resolve = answering('8.8.8.8', '::ffff:10.0.0.1');
    await expect(resolveBy('http://mixed.example.com/', NOTHING_ALLOWED, resolve)).rejects.toThrow(
      /^mixed\.example\.com \(::ffff:10\.0\.0\.1\) is not a public address\. .*PROCTOR_OUTBOUND_ALLOWED/,
    );
  });

  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://0/',
  ])('refuses %s without a lookup', async (address) => {
    await expect(resolveBy(address, NOTHING_ALLOWED, never)).rejects.toThrow(RefusedTargetError);
  });

  it.each([
    ['not a URL', 'not a URL'],
    ['file:///etc/passwd', 'file:'],
    ['gopher://example.com/', 'gopher:'],
    ['https://user:hunter2@example.com/', 'a user name or password'],
  ])('refuses %s', async (address, reason) => {
    const refused = resolveBy(address, null, never);
    await expect(refused).rejects.toThrow(reason);
    await expect(refused).rejects.not.toThrow('hunter2');
  });

  it('allows names and ranges on the list', async () => {
    const allowed = parseAllowedTargets(['hooks.internal', '10.0.0.0/8']) ?? NOTHING_ALLOWED;
    const at = (address: string, url: string) => resolveBy(url, allowed, answering(address));
    await expect(at('192.168.0.1', 'http://HOOKS.internal./')).resolves.toBeDefined();
    await expect(at('10.9.9.9', 'http://other.internal/')).resolves.toBeDefined();
    await expect(at('192.168.0.1', 'http://other.internal/')).rejects.toThrow(RefusedTargetError);
  });

  it('does not check the addresses of a URL the operator chose', async () => {
    const target = await resolveBy('http://127.0.0.1:9/', null, never);
    expect(target.addresses).toEqual([{ address: '127.0.0.1', family: 4 }]);
  });
});

describe('resolveTarget through a proxy', () => {
  const proxied = (address: string, allowed: AllowedTargets | null, resolve: Resolve) =>
    resolveTarget(address, { allowed, resolve, isProxied: () => true, signal: new AbortController().signal });

  it('leaves names that the operator chose to the proxy', async () => {
    const allowed = parseAllowedTargets(['hooks.internal']) ?? NOTHING_ALLOWED;
    expect((await proxied('https://hooks.slack.example/', null, never)).addresses).toBeNull();
    expect((await proxied('https://hooks.internal/', allowed, never)).addresses).toBeNull();
  });

  it('checks the addresses of all others, and keeps them', async () => {
    const inside = proxied('https://sly.example.com/', NOTHING_ALLOWED, answering('10.0.0.1'));
    await expect(inside).rejects.toThrow(RefusedTargetError);
    const outside = await proxied('https://hooks.example.com/', NOTHING_ALLOWED, answering('8.8.8.8'));
    expect(outside.addresses).toEqual([{ address: '8.8.8.8', family: 4 }]);
  });

  it('says what to do about a name that only the proxy can resolve', async () => {
    const lost = proxied('https://hooks.example.com/', NOTHING_ALLOWED, async () => {
      throw Object.assign(new Error('x'), { code: 'ENOTFOUND' });
    });
    await expect(lost).rejects.toMatchObject({
      failure: {
        advice: expect.stringContaining('add hooks.example.com to PROCTOR_OUTBOUND_ALLOWED') as unknown,
      },
    });
  });
});

describe('lookups', () => {
  it('of names chosen by users do not block those chosen by the operator', async () => {
    const asked: string[] = [];
    jest.unstable_mockModule('node:dns/promises', () => ({
      lookup: async (hostname: string) => {
        asked.push(hostname);
        return hostname.startsWith('slow')
          ? await new Promise(() => {})
          : [{ address: '8.8.8.8', family: 4 }];
      },
    }));
    jest.resetModules();
    const fresh = await import('./resolve-target.js');
    const { signal } = new AbortController();
    for (const host of ['slow-1', 'slow-2', 'slow-3']) {
      void fresh.resolveTarget(`http://${host}/`, {
        allowed: NOTHING_ALLOWED,
        isProxied: () => false,
        signal,
      });
    }
    await fresh.resolveTarget('http://hooks.slack.example/', {
      allowed: null,
      isProxied: () => false,
      signal,
    });
    expect(asked).toEqual(['slow-1', 'slow-2', 'hooks.slack.example']);
  });
});
