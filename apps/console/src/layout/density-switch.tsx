import { Rows3, Rows4 } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../ui/button.js';
import { chooseDensity, readDensity } from './density.js';

/** Between rows with room to breathe and more rows on the screen. */
export function DensitySwitch() {
  const [density, setDensity] = useState(readDensity);
  const isCompact = density === 'compact';
  const change = () => {
    const next = isCompact ? 'comfortable' : 'compact';
    chooseDensity(next);
    setDensity(next);
  };
  const Icon = isCompact ? Rows4 : Rows3;
  return (
    <Button
      kind="quiet"
      aria-label="Compact rows"
      aria-pressed={isCompact}
      title="Compact rows"
      onClick={change}
    >
      <Icon size={16} aria-hidden />
    </Button>
  );
}
