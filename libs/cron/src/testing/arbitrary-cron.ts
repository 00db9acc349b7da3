import fc from 'fast-check';

const value = (min: number, max: number) => fc.integer({ min, max }).map(String);

const range = (min: number, max: number) =>
  fc
    .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
    .map((ends) => `${Math.min(...ends)}-${Math.max(...ends)}`);

const list = (min: number, max: number) =>
  fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 4 }).map((values) => values.join(','));

const field = (min: number, max: number) =>
  fc.oneof(
    fc.constant('*'),
    value(min, max),
    list(min, max),
    range(min, max),
    fc.tuple(fc.oneof(fc.constant('*'), range(min, max)), value(1, max)).map((parts) => parts.join('/')),
  );

const second = fc.oneof(fc.constant('0'), field(0, 59));
const monthDay = fc.oneof({ weight: 4, arbitrary: field(1, 28) }, fc.constantFrom('L', '31,L', '?'));
const month = fc.oneof({ weight: 2, arbitrary: fc.constant('*') }, field(1, 12));
const nthDay = fc.tuple(value(0, 6), value(1, 4)).map((parts) => parts.join('#'));
const weekDay = fc.oneof(
  { weight: 3, arbitrary: fc.constant('*') },
  field(0, 6),
  nthDay,
  value(0, 6).map((day) => `${day}L`),
  fc.constantFrom('7', 'MON-FRI', '5-7'),
);

/** Six-field expressions that match at least one day in every four years. */
export const sixFields = fc
  .tuple(second, field(0, 59), field(0, 23), monthDay, month, weekDay)
  .map((fields) => fields.join(' '));

/** Five-field expressions that match every day, often several times an hour. */
export const timesOfDay = fc
  .tuple(field(0, 59), fc.oneof(fc.constant('*'), field(0, 23)))
  .map(([minute, hour]) => `${minute} ${hour} * * *`);
