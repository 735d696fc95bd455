// What was measured or written down, for maps and GIS: GeoJSON (RFC 7946), longitude first.
import type { Feature, FeatureCollection, Geometry, Position } from 'geojson';
import { type Origin, toEarth, type Triple } from './frame';

function positionOf(point: Triple, origin: Origin): Position {
  const { longitudeDeg, latitudeDeg, altitudeM } = toEarth(point, origin);
  return [Number(longitudeDeg.toFixed(9)), Number(latitudeDeg.toFixed(9)), Number(altitudeM.toFixed(3))];
}

/** A line, or the polygon that it closes. */
export function shape(points: readonly Triple[], isClosed: boolean, origin: Origin): Geometry {
  const positions = points.map((point) => positionOf(point, origin));
  if (!isClosed) return { type: 'LineString', coordinates: positions };
  return { type: 'Polygon', coordinates: [[...positions, positions[0] as Position]] };
}

export function pointAt(point: Triple, origin: Origin): Geometry {
  return { type: 'Point', coordinates: positionOf(point, origin) };
}

export function collection(features: { geometry: Geometry; properties: Record<string, unknown> }[]): FeatureCollection {
  return { type: 'FeatureCollection', features: features.map((feature): Feature => ({ type: 'Feature', ...feature })) };
}

/** Hand a file to the browser's downloads. */
export function download(name: string, content: Blob | FeatureCollection): void {
  const blob = content instanceof Blob ? content : new Blob([JSON.stringify(content, null, 1)], { type: 'application/geo+json' });
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
