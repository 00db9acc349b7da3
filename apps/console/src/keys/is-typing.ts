const NOT_TYPED_INTO = new Set(['button', 'checkbox', 'radio', 'submit', 'reset']);

/** Whether a key that is pressed here is meant for a control: it then has no other meaning. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !NOT_TYPED_INTO.has(target.type);
  return (
    target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
  );
}
