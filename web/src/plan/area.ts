// An area to fly over, from what people have: GeoJSON or KML.
import type { Geometry, Position } from 'geojson';
import { Told } from '../api/problem';

export type Area = Extract<Geometry, { type: 'Polygon' | 'MultiPolygon' | 'LineString' | 'Point' }>;

/** A file that holds no area; the message is for people. */
export class NoArea extends Told {}

/** Reads it by its content. Throws NoArea. */
export function areaOf(text: string): Area {
  return text.trimStart().startsWith('<') ? fromKml(text) : fromGeoJson(text);
}

function fromGeoJson(text: string): Area {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new NoArea('This is neither GeoJSON nor KML. Export the area as one of them.');
  }
  const area = best(geometries(value));
  if (!area) throw new NoArea('There is no polygon, line or point in this GeoJSON. Draw one and export it again.');
  return area;
}

function geometries(value: unknown): Area[] {
  if (typeof value !== 'object' || value === null) return [];
  const each = value as Record<string, unknown>;
  if (Array.isArray(each['features'])) return each['features'].flatMap(geometries);
  if (Array.isArray(each['geometries'])) return each['geometries'].flatMap(geometries);
  if (each['type'] === 'Feature') return geometries(each['geometry']);
  const isArea = ['Polygon', 'MultiPolygon', 'LineString', 'Point'].includes(String(each['type']));
  return isArea && Array.isArray(each['coordinates']) ? [each as unknown as Area] : [];
}

const RANK = { Polygon: 0, MultiPolygon: 0, LineString: 1, Point: 2 };

/** All polygons together, else a line, else a point: files often hold the take-off besides. */
function best(areas: readonly Area[]): Area | undefined {
  const parts = areas.flatMap((area) => (area.type === 'Polygon' ? [area.coordinates] : area.type === 'MultiPolygon' ? area.coordinates : []));
  if (parts.length > 1) return { type: 'MultiPolygon', coordinates: parts };
  return [...areas].sort((a, b) => RANK[a.type] - RANK[b.type])[0];
}

function fromKml(text: string): Area {
  const document = new DOMParser().parseFromString(text, 'application/xml');
  if (document.querySelector('parsererror')) throw new NoArea('This KML is broken. Export it again.');
  const all = (parent: Document | Element, name: string) => [...parent.getElementsByTagName(name)];
  const polygons = all(document, 'Polygon').map((polygon): Area => ({
    type: 'Polygon',
    coordinates: [...all(polygon, 'outerBoundaryIs'), ...all(polygon, 'innerBoundaryIs')].map(positions),
  }));
  const lines = all(document, 'LineString').map((line): Area => ({ type: 'LineString', coordinates: positions(line) }));
  const points = all(document, 'Point').map((point): Area => ({ type: 'Point', coordinates: positions(point)[0] ?? [] }));
  const area = best([...polygons, ...lines, ...points]);
  if (!area) throw new NoArea('There is no polygon, line or point in this KML. A KMZ must be unpacked first.');
  return area;
}

function positions(element: Element): Position[] {
  const text = element.getElementsByTagName('coordinates')[0]?.textContent ?? '';
  return text.trim().split(/\s+/).map((triple) => triple.split(',').slice(0, 2).map(Number));
}

/** Every position of an area. */
export function positionsOf(area: Area): Position[] {
  return (area.type === 'Point' ? [area.coordinates] : area.coordinates.flat(area.type === 'LineString' ? 0 : area.type === 'Polygon' ? 1 : 2)) as Position[];
}
