import type { FieldError } from './api-error.js';
import { booleanAt, type Draft, stringAt, stringsAt } from './draft.js';
import { checkEach, invalidValue, tooLong } from './field-errors.js';
import { type Secret, withoutUndefined } from './kube-object.js';
import { dataKeyProblem } from './name-rules.js';

const MAX_SECRET_BYTES = 1024 * 1024;

/** Validates a Secret and merges `stringData` into `data`. */
export function prepareSecret(draft: Draft): { errors: FieldError[]; object: Secret } {
  const rest = { ...draft };
  delete rest.stringData;
  const data = stringsAt(draft, 'data');
  const errors = Object.entries(data).flatMap(([key, value]) =>
    isBase64(value) ? [] : [invalidValue(`data[${key}]`, '<secret>', 'illegal base64 data')],
  );
  for (const [key, value] of Object.entries(stringsAt(draft, 'stringData')))
    data[key] = Buffer.from(value).toString('base64');
  errors.push(
    ...checkEach(
      Object.keys(data).map((key) => [`data[${key}]`, key]),
      dataKeyProblem,
    ),
  );
  const sizeBytes = Object.values(data).reduce((sum, value) => sum + Buffer.byteLength(value, 'base64'), 0);
  if (sizeBytes > MAX_SECRET_BYTES)
    errors.push(tooLong('data', `may not be more than ${MAX_SECRET_BYTES} bytes`));
  const immutable = booleanAt(draft, 'immutable');
  const object = { ...rest, type: stringAt(draft, 'type') ?? 'Opaque', immutable, data };
  return { errors, object: withoutUndefined(object) as unknown as Secret };
}

function isBase64(text: string): boolean {
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text.replace(/[\r\n]/g, ''));
}
