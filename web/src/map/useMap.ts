import type { FeatureCollection } from 'geojson';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { words } from '../words';
import { GeoJSONSource, LngLatBounds, Map as MapView, NavigationControl, ScaleControl } from './maplibre';

export type Bounds = [west: number, south: number, east: number, north: number];

/**
 * A map without a base map: nothing is asked of anyone else. `ready` once its style is there.
 */
export function useMap(): { container: RefObject<HTMLDivElement | null>; map: MapView | null } {
  const container = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<MapView | null>(null);
  useEffect(() => {
    const made = new MapView({
      container: container.current as HTMLDivElement,
      style: { version: 8, sources: {}, layers: [] },
      center: [0, 20],
      zoom: 1,
      attributionControl: false,
      cooperativeGestures: false,
      locale: words.map.locale,
      fadeDuration: 0,
    });
    made.addControl(new NavigationControl({ visualizePitch: true }), 'top-right');
    made.addControl(new ScaleControl({}), 'bottom-left');
    made.on('load', () => setMap(made));
    return () => made.remove();
  }, []);
  return { container, map };
}

/** Puts the features into the source, which is made when it is missing. */
export function put(map: MapView, source: string, features: FeatureCollection): void {
  const known = map.getSource(source);
  if (known instanceof GeoJSONSource) known.setData(features);
  else map.addSource(source, { type: 'geojson', data: features });
}

export function fit(map: MapView, bounds: Bounds, maxZoom = 19): void {
  map.fitBounds(new LngLatBounds(bounds), { padding: 40, maxZoom, animate: false });
}

/** The box around positions; null for none. */
export function boundsOf(positions: Iterable<readonly number[]>): Bounds | null {
  let bounds: Bounds | null = null;
  for (const [lon = 0, lat = 0] of positions) {
    bounds = bounds
      ? [Math.min(bounds[0], lon), Math.min(bounds[1], lat), Math.max(bounds[2], lon), Math.max(bounds[3], lat)]
      : [lon, lat, lon, lat];
  }
  return bounds;
}
