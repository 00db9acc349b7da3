import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

/**
 * JSON schemas of what is sent (`input`) or answered (`output`). A schema among the named ones becomes a `$ref` to its
 * component wherever it stands.
 */
export class JsonSchemas {
  constructor(
    private readonly io: 'input' | 'output',
    private readonly named: Readonly<Record<string, z.ZodType>>,
  ) {}

  /** The named ones in full, by name. */
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
        // What we add later must not be refused by those who check.
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
        // The format says it; zod's patterns are longer than everything else.
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
