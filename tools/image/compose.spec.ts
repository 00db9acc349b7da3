import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { missingVariables } from '../../scripts/lib/compose-variables.mjs';

const text = readFileSync(join(import.meta.dirname, '../../docker-compose.yml'), 'utf8');

interface Service {
  environment?: Record<string, string>;
  command?: string[];
  ports?: string[];
}
const { services } = parse(text, { merge: true }) as { services: Record<string, Service> };

/** Each `${NAME…}`, with what follows the name. */
const variables = [...text.matchAll(/\$\{(\w+)([^}]*)\}/g)].map(([, name = '', rest = '']) => ({
  name,
  rest,
}));
const required = new Set(variables.filter(({ rest }) => rest.startsWith(':?')).map(({ name }) => name));

describe('docker-compose.yml', () => {
  it('has a default for no password and no key', () => {
    const withDefault = variables.filter(({ rest }) => !rest.startsWith(':?') && rest !== ':-');
    expect(withDefault).toEqual([{ name: 'KUBECONFIG', rest: ':-./kubeconfig' }]);
    expect([...required].sort()).toEqual([
      'PROCTOR_POSTGRES_OWNER_PASSWORD',
      'PROCTOR_POSTGRES_PASSWORD',
      'PROCTOR_REDIS_PASSWORD',
      'PROCTOR_SECRET_KEY',
    ]);
  });

  it('says for each required variable what to do', () => {
    for (const { name, rest } of variables.filter(({ name }) => required.has(name)))
      expect(`${name}${rest}`).toContain('Run "npm run env"');
  });

  it('gets every required variable from `npm run env`', () => {
    expect(Object.keys(missingVariables({}))).toEqual(expect.arrayContaining([...required]));
  });

  it('gives the owner of the tables to the migration alone', () => {
    for (const [name, { environment = {} }] of Object.entries(services)) {
      const knowsOwner = JSON.stringify(environment).includes('OWNER');
      expect({ name, knowsOwner }).toEqual({ name, knowsOwner: ['migrate', 'postgres'].includes(name) });
    }
    const { migrate, gateway } = services;
    expect(migrate?.environment?.['PROCTOR_POSTGRES_OWNER_USER']).toBe(
      services['postgres']?.environment?.['POSTGRES_USER'],
    );
    expect(gateway?.environment?.['PROCTOR_POSTGRES_USER']).not.toBe(
      migrate?.environment?.['PROCTOR_POSTGRES_OWNER_USER'],
    );
  });

  it('gives Redis a password that is in no argument, and publishes ports on loopback only', () => {
    for (const { command = [], ports = [] } of Object.values(services)) {
      expect(command.join(' ')).not.toMatch(/(?<!\$)\$\{/);
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
    expect(services['redis']?.command?.join(' ')).toMatch(/requirepass "\$\$REDISCLI_AUTH"/);
  });
});

describe('npm run env', () => {
  it('creates different values each time, and keeps those that exist', () => {
    const first = missingVariables({});
    expect(missingVariables({})).not.toMatchObject({
      PROCTOR_REDIS_PASSWORD: first['PROCTOR_REDIS_PASSWORD'],
    });
    expect(new Set(Object.values(first)).size).toBe(Object.keys(first).length);
    for (const name of Object.keys(first).filter((name) => name.endsWith('PASSWORD')))
      expect(first[name]).toMatch(/^[\w-]{32}$/);
    expect(missingVariables(first)).toEqual({});
    expect(Object.keys(missingVariables({ ...first, PROCTOR_REDIS_PASSWORD: '' }))).toEqual([
      'PROCTOR_REDIS_PASSWORD',
    ]);
  });

  it('takes over the key of npm start', () => {
    expect(missingVariables({}, 'the key')).toMatchObject({ PROCTOR_SECRET_KEY: 'the key' });
  });

  it('says what to do with the password of an earlier version', () => {
    expect(() => missingVariables({ PROCTOR_POSTGRES_PASSWORD: 'old' })).toThrow(
      /no PROCTOR_POSTGRES_OWNER_PASSWORD/,
    );
  });
});
