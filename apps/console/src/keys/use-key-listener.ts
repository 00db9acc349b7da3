import { useEffect, useEffectEvent } from 'react';
import { findKeyAction } from './key-actions.js';
import { isTyping } from './is-typing.js';

/** Runs the action of a key that is pressed, unless one types or a dialog is open. Call it once. @param onPalette Ctrl or Cmd with K */
export function useKeyListener(onPalette: () => void): void {
  const openPalette = useEffectEvent(onPalette);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.repeat) return;
      const hasDialog = document.querySelector('dialog[open]') !== null;
      const isPalette = event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && !event.altKey;
      if (isPalette && !hasDialog) {
        event.preventDefault();
        return openPalette();
      }
      if (event.ctrlKey || event.metaKey || event.altKey || hasDialog || isTyping(event.target)) return;
      const action = findKeyAction(event.key);
      if (!action) return;
      // Else the character would be typed into what the action has focused.
      event.preventDefault();
      action.run();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}
