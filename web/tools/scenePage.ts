// A scene's page (`viewer.html`) is the app's page (`index.html`) but for its script and what it says
// of itself: one source for both.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Plugin } from 'vite';

const DIFFERENT = [
  ['/src/main.tsx', '/src/viewer.tsx'],
  ['Turn drone photos into a 3D scene to walk around in.', 'A place in 3D, made from drone photos, to walk around in.'],
] as const;

export function scenePage(app: string, scene: string): Plugin {
  const path = resolve(scene);
  return {
    name: 'scene-page',
    enforce: 'pre',
    resolveId: (id) => (resolve(id) === path ? path : null),
    load(id) {
      if (id !== path) return null;
      return DIFFERENT.reduce((page, [before, after]) => {
        if (!page.includes(before)) throw new Error(`${app} says no more: ${before}`);
        return page.replace(before, after);
      }, readFileSync(app, 'utf8'));
    },
  };
}
