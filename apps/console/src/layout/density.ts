export const DENSITIES = ['comfortable', 'compact'] as const;
export type Density = (typeof DENSITIES)[number];

const KEY = 'proctor.density';

/** What the person chose in this browser. */
export function readDensity(): Density {
  return localStorage.getItem(KEY) === 'compact' ? 'compact' : 'comfortable';
}

export function chooseDensity(density: Density): void {
  localStorage.setItem(KEY, density);
  applyDensity(density);
}

export function applyDensity(density: Density): void {
  document.documentElement.dataset['density'] = density;
}
