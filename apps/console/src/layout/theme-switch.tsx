import { Monitor, Moon, Sun, type LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../ui/button.js';
import { chooseTheme, readTheme, THEMES, type Theme } from './theme.js';

const ICONS: Record<Theme, LucideIcon> = { system: Monitor, light: Sun, dark: Moon };

/** Goes through the themes: the system's, light, dark. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(readTheme);
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';
  const Icon = ICONS[theme];
  const change = () => {
    chooseTheme(next);
    setTheme(next);
  };
  const label = `Theme: ${theme}. Switch to ${next}`;
  return (
    <Button kind="quiet" onClick={change} aria-label={label} title={label}>
      <Icon size={16} aria-hidden />
    </Button>
  );
}
