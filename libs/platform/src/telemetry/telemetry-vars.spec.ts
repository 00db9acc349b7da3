import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { portVar } from '../env-vars.js';
import { loadEnv } from '../load-env.js';
import { requireNewRelicPair, telemetrySettings, telemetryVars } from './telemetry-vars.js';

const schema = requireNewRelicPair(z.object({ ...telemetryVars, APP_PORT: portVar.optional() }));
const settingsOf = (env: Record<string, string>) => telemetrySettings(loadEnv(schema, env));

const NEW_RELIC = {
  PROCTOR_NEW_RELIC_APP_NAME: 'runs',
  PROCTOR_NEW_RELIC_LICENCE_KEY: 'abcdef0123456789NRAL',
};
const COLLECTOR = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

describe('telemetrySettings', () => {
  it('sends nothing when nothing is set', () => {
    expect(settingsOf({})).toEqual({ serviceName: null, resourceAttributes: {}, export: null });
  });

  it('sends to New Relic, as sums it can count, when both variables are set', () => {
    expect(settingsOf(NEW_RELIC)).toEqual({
      serviceName: 'runs',
      resourceAttributes: {},
      export: {
        url: 'https://otlp.nr-data.net/v1/metrics',
        headers: { 'api-key': 'abcdef0123456789NRAL' },
        intervalMs: 60_000,
        temporality: 'delta',
      },
    });
  });

  it.each<[string, Record<string, string>, string]>([
    ['a base', COLLECTOR, 'http://collector:4318/v1/metrics'],
    ['a base with a path', { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c/otlp/' }, 'https://c/otlp/v1/metrics'],
    ['an address for metrics', { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://c:1/in' }, 'http://c:1/in'],
    ['both', { ...COLLECTOR, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://c:1/in' }, 'http://c:1/in'],
    ['a collector beside New Relic', { ...NEW_RELIC, ...COLLECTOR }, 'http://collector:4318/v1/metrics'],
    [
      'a European key',
      { ...NEW_RELIC, PROCTOR_NEW_RELIC_LICENCE_KEY: 'eu01xx0123456789NRAL' },
      'https://otlp.eu01.nr-data.net/v1/metrics',
    ],
  ])('%s', (_name, env, url) => {
    expect(settingsOf(env).export?.url).toBe(url);
  });

  it("lets OpenTelemetry's variables win", () => {
    const settings = settingsOf({
      ...NEW_RELIC,
      OTEL_SERVICE_NAME: 'other',
      OTEL_RESOURCE_ATTRIBUTES: 'team=data%20platform, service.name=third',
      OTEL_EXPORTER_OTLP_HEADERS: 'API-Key=one,x-a=1',
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'x-a=2',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'LowMemory',
      OTEL_METRIC_EXPORT_INTERVAL: '5000',
    });
    expect(settings.serviceName).toBe('other');
    expect(settings.resourceAttributes).toEqual({ team: 'data platform', 'service.name': 'third' });
    expect(settings.export).toMatchObject({
      headers: { 'api-key': 'one', 'x-a': '2' },
      temporality: 'lowmemory',
      intervalMs: 5_000,
    });
  });

  it('sends cumulative sums to any other collector, and nothing when switched off', () => {
    expect(settingsOf(COLLECTOR).export?.temporality).toBe('cumulative');
    expect(settingsOf({ ...COLLECTOR, ...NEW_RELIC, OTEL_SDK_DISABLED: 'true' }).export).toBeNull();
  });
});

describe('requireNewRelicPair', () => {
  it.each<[Record<string, string>, string, string]>([
    [{ PROCTOR_NEW_RELIC_APP_NAME: 'runs' }, 'PROCTOR_NEW_RELIC_LICENCE_KEY', 'PROCTOR_NEW_RELIC_APP_NAME'],
    [{ PROCTOR_NEW_RELIC_LICENCE_KEY: 'k3y' }, 'PROCTOR_NEW_RELIC_APP_NAME', 'PROCTOR_NEW_RELIC_LICENCE_KEY'],
  ])('refuses %j alone, together with all other problems', (env, missing, given) => {
    expect(() => loadEnv(schema, { ...env, APP_PORT: 'http', OTEL_SERVICE_NAME: '' })).toThrow(
      [
        '2 problems in the configuration (environment variables):',
        '  APP_PORT: expected a port number from 1 to 65535, but it is "http"',
        `  ${missing}: expected a value, because ${given} is set (both or none), but it is not set`,
      ].join('\n'),
    );
  });

  it('says once that a licence key is wrong, without showing it', () => {
    const load = () => loadEnv(schema, { ...NEW_RELIC, PROCTOR_NEW_RELIC_LICENCE_KEY: 'hunter2 hunter2' });
    expect(load).toThrow(/^1 problem in .*\n {2}PROCTOR_NEW_RELIC_LICENCE_KEY: expected a licence key/);
    expect(load).not.toThrow(/hunter2/);
  });
});

describe('variables of OpenTelemetry', () => {
  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'grpc://collector:4317'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'no-value'],
    ['OTEL_EXPORTER_OTLP_HEADERS', '=nameless'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'two words=1'],
    ['OTEL_EXPORTER_OTLP_METRICS_HEADERS', 'split=a%0d%0ab'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'team=%zz'],
    ['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', 'both'],
    ['OTEL_METRIC_EXPORT_INTERVAL', '0'],
    ['OTEL_SDK_DISABLED', 'maybe'],
  ])('refuses %s=%s', (variable, value) => {
    expect(() => settingsOf({ [variable]: value })).toThrow(`  ${variable}: expected`);
  });

  it('does not show headers that are wrong', () => {
    expect(() => settingsOf({ OTEL_EXPORTER_OTLP_HEADERS: 'hunter2' })).not.toThrow(/hunter2/);
  });

  it('accepts an equals sign in a value, blanks and empty items', () => {
    const { export: sent } = settingsOf({ ...COLLECTOR, OTEL_EXPORTER_OTLP_HEADERS: ' a = b=c= ,, d=,' });
    expect(sent?.headers).toEqual({ a: 'b=c=', d: '' });
  });
});
