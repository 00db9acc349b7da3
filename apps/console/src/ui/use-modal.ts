import { useLayoutEffect, useRef, type RefObject } from 'react';

/** Shows a <dialog> as a modal one while its component is there. The browser keeps the focus in it, and gives it back. */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  // Before the next key is pressed, which is meant for it.
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return dialog;
}
