import { Search } from 'lucide-react';
import { useState } from 'react';
import { useKey } from '../keys/use-key.js';
import { useKeyListener } from '../keys/use-key-listener.js';
import { Button } from '../ui/button.js';
import { Help } from './help.js';
import { Palette } from './palette.js';

/** The button of the palette, the keys that every page has, and the dialog that is open. */
export function PaletteHost() {
  const [open, setOpen] = useState<'palette' | 'help' | null>(null);
  const close = () => setOpen(null);
  useKeyListener(() => setOpen('palette'));
  useKey('?', 'Show the keys', () => setOpen('help'));
  useKey('/', 'Search', () => {
    const field = document.querySelector<HTMLInputElement>('[data-search]');
    if (field) field.select();
    else setOpen('palette');
    field?.focus();
  });
  return (
    <>
      <Button
        kind="quiet"
        aria-label="Go to"
        aria-keyshortcuts="Control+K Meta+K"
        title="Go to a page, proc or execution (Ctrl K)"
        onClick={() => setOpen('palette')}
      >
        <Search size={16} aria-hidden />
      </Button>
      {open === 'palette' && <Palette onClose={close} />}
      {open === 'help' && <Help onClose={close} />}
    </>
  );
}
