const texts = new WeakMap<object, string>();

/** `JSON.stringify` for immutable objects: serializes each once, for all watches and files. */
export function stringifyOnce(object: object): string {
  let text = texts.get(object);
  if (text === undefined) {
    text = JSON.stringify(object);
    texts.set(object, text);
  }
  return text;
}
