const texts = new WeakMap<object, string>();

/** `JSON.stringify` for objects that never change: each is written once, however many watches and files want it. */
export function stringifyOnce(object: object): string {
  let text = texts.get(object);
  if (text === undefined) {
    text = JSON.stringify(object);
    texts.set(object, text);
  }
  return text;
}
