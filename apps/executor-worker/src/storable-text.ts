/** Of what a container wrote: Postgres' text holds any character but NUL, and no half of a surrogate pair. */
export function toStorable(text: string): string {
  return text.replaceAll('\0', '\\0').toWellFormed();
}
