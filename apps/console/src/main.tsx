import './configure-zod.js';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { applyDensity, readDensity } from './layout/density.js';
import { applyTheme, readTheme } from './layout/theme.js';

// A tab that is older than the gateway asks for files that are gone: the new page has new ones.
window.addEventListener('vite:preloadError', () => window.location.reload());

applyTheme(readTheme());
applyDensity(readDensity());
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
