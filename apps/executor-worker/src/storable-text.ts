/** Makes a container's output storable: Postgres' `text` takes neither NUL nor half of a surrogate pair. */
export function toStorable(text: string): string {
  return text.replaceAll('\0', '\\0').toWellFormed();
}
