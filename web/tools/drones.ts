// The drone library says of every number where it was read; the pages need the numbers alone.
import type { Plugin } from 'vite';

const NEEDED = ['id', 'name', 'sensor_mm', 'focal_mm', 'px', 'wpml_drone', 'dji_fly'];

export function onlyNeeded(): Plugin {
  return {
    name: 'drones-only-needed',
    enforce: 'pre',
    transform(code, id) {
      return id.endsWith('/drones/library.json') ? JSON.stringify(JSON.parse(code), needed) : null;
    },
  };
}

function needed(key: string, value: unknown): unknown {
  return key === '' || /^\d+$/.test(key) || NEEDED.includes(key) ? value : undefined;
}
