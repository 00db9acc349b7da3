import { useEffect, useRef, type RefObject } from 'react';

/** Shows a <dialog> as a modal one while its component is there. The browser keeps the focus in it, and gives it back. */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return dialog;
}
