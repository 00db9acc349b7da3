import * as z from 'zod';

export type JsonSchema = Record<string, unknown>;

/**
 * Builds JSON schemas of requests (`input`) or replies (`output`). Named schemas become a `$ref` to their component
 * wherever they occur.
 */
export class JsonSchemas {
  constructor(
    private readonly io: 'input' | 'output',
    private readonly named: Readonly<Record<string, z.ZodType>>,
  ) {}

  /** The named schemas in full, keyed by name. */
  components(): Record<string, JsonSchema> {
    return this.convert({});
  }

  of(schema: z.ZodType): JsonSchema {
    const name = Object.keys(this.named).find((key) => this.named[key] === schema);
    return name ? { $ref: refOf(name) } : (this.convert({ [UNNAMED]: schema })[UNNAMED] ?? {});
  }

  private convert(more: Readonly<Record<string, z.ZodType>>): Record<string, JsonSchema> {
    const registry = z.registry<{ id: string }>();
    for (const [id, schema] of Object.entries({ ...this.named, ...more })) registry.add(schema, { id });
    const { schemas } = z.toJSONSchema(registry, {
      io: this.io,
      uri: refOf,
      override: ({ jsonSchema }) => {
        // Clients that validate replies must accept fields that we add later.
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
        // The format is enough; zod's patterns would dominate the document.
        if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
      },
    });
    return Object.fromEntries(
      Object.entries(schemas).map(([id, { $schema, $id, ...schema }]) => [id, schema as JsonSchema]),
    );
  }
}

const UNNAMED = 'unnamed';
const refOf = (name: string): string => `#/components/schemas/${name}`;
