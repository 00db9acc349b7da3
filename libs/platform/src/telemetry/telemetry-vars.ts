import type * as z from 'zod';
import { booleanVar, integerVar, parsedVar, textVar } from '../env-vars.js';
import { attributesVar, headersVar, type Pairs } from './parse-pairs.js';

const urlVar = parsedVar('an http or https address such as http://localhost:4318', (text) => {
  const protocol = URL.canParse(text) ? new URL(text).protocol : null;
  return protocol === 'http:' || protocol === 'https:' ? text : undefined;
});

export const TEMPORALITIES = ['cumulative', 'delta', 'lowmemory'] as const;

/** Whether sums count from the start of the process or from the last export. `lowmemory` chooses the cheaper one per metric. */
export type Temporality = (typeof TEMPORALITIES)[number];

const temporalityVar = parsedVar(`one of ${TEMPORALITIES.join(', ')}`, (text) =>
  TEMPORALITIES.find((temporality) => temporality === text.toLowerCase()),
);

/** Sent as a header value, so it must not contain characters that headers cannot carry. */
const licenceKeyVar = parsedVar('a licence key (no spaces in it)', (text) =>
  /^[\x21-\x7e]+$/.test(text) ? text : undefined,
);

/**
 * The variables that say where metrics are sent. Use them in a schema: `requireNewRelicPair(z.object({ ...telemetryVars }))`.
 * Names that start with OTEL_ are OpenTelemetry's own. Its exporter reads OTEL_EXPORTER_OTLP_COMPRESSION and
 * OTEL_EXPORTER_OTLP_CERTIFICATE from the environment itself.
 */
export const telemetryVars = {
  PROCTOR_NEW_RELIC_APP_NAME: textVar('the name that Proctor has in New Relic').optional(),
  PROCTOR_NEW_RELIC_LICENCE_KEY: licenceKeyVar.optional(),
  OTEL_SDK_DISABLED: booleanVar().default(false),
  OTEL_SERVICE_NAME: textVar('a name').optional(),
  OTEL_RESOURCE_ATTRIBUTES: attributesVar.default({}),
  OTEL_EXPORTER_OTLP_ENDPOINT: urlVar.optional(),
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: urlVar.optional(),
  OTEL_EXPORTER_OTLP_HEADERS: headersVar.default({}),
  OTEL_EXPORTER_OTLP_METRICS_HEADERS: headersVar.default({}),
  OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: temporalityVar.optional(),
  OTEL_METRIC_EXPORT_INTERVAL: integerVar({ min: 100, max: 86_400_000, default: 60_000 }),
};

const NEW_RELIC_PAIR = ['PROCTOR_NEW_RELIC_APP_NAME', 'PROCTOR_NEW_RELIC_LICENCE_KEY'] as const;

/** Extends the schema: one New Relic variable without the other is a problem, reported together with all others. */
export function requireNewRelicPair<Schema extends z.ZodObject>(schema: Schema): Schema {
  return NEW_RELIC_PAIR.reduce((refined, missing, index) => {
    const given = NEW_RELIC_PAIR[1 - index] ?? missing;
    return refined.refine((env) => env[missing] !== undefined || env[given] === undefined, {
      path: [missing],
      message: `a value, because ${given} is set (both or none)`,
      // Reported even if other variables are invalid; zod would defer it.
      when: () => true,
    });
  }, schema);
}

export interface TelemetrySettings {
  /** The service name sent to the collector. Null means `proctor-<process>`. */
  serviceName: string | null;
  resourceAttributes: Pairs;
  /** Null if metrics are not sent. */
  export: TelemetryExport | null;
}

export interface TelemetryExport {
  /** The URL that accepts OTLP metrics, including its path. */
  url: string;
  /** May contain secrets. Names are lower-case. */
  headers: Pairs;
  intervalMs: number;
  temporality: Temporality;
}

type TelemetryEnv = z.output<z.ZodObject<typeof telemetryVars>>;

/** OpenTelemetry's own variables override what New Relic's variables imply. */
export function telemetrySettings(env: TelemetryEnv): TelemetrySettings {
  return {
    serviceName:
      env.OTEL_SERVICE_NAME ??
      env.PROCTOR_NEW_RELIC_APP_NAME ??
      env.OTEL_RESOURCE_ATTRIBUTES['service.name'] ??
      null,
    resourceAttributes: env.OTEL_RESOURCE_ATTRIBUTES,
    export: env.OTEL_SDK_DISABLED ? null : exportSettings(env),
  };
}

function exportSettings(env: TelemetryEnv): TelemetryExport | null {
  const licenceKey = env.PROCTOR_NEW_RELIC_LICENCE_KEY;
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT ?? (licenceKey && newRelicEndpoint(licenceKey));
  const url = env.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT ?? (base && `${base.replace(/\/+$/, '')}/v1/metrics`);
  if (!url) return null;
  return {
    url,
    headers: {
      ...(licenceKey && { 'api-key': licenceKey }),
      ...env.OTEL_EXPORTER_OTLP_HEADERS,
      ...env.OTEL_EXPORTER_OTLP_METRICS_HEADERS,
    },
    intervalMs: env.OTEL_METRIC_EXPORT_INTERVAL,
    // New Relic turns cumulative sums into gauges, which cannot be summed.
    temporality:
      env.OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE ?? (licenceKey ? 'delta' : 'cumulative'),
  };
}

/** Keys of accounts outside the United States start with their region, as in `eu01xx…`. */
function newRelicEndpoint(licenceKey: string): string {
  const region = /^([a-z]{2}\d{2})x/.exec(licenceKey)?.[1];
  return region ? `https://otlp.${region}.nr-data.net` : 'https://otlp.nr-data.net';
}
