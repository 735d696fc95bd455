// The photos as sfm placed them, for the map.
import type { Position } from 'geojson';
import type { JobEvent } from '../../api/events';
import type { Progress } from '../../api/schema';
import type { MapPhoto } from '../../map/PhotoMap';
import { add, minus, type Origin, times, toEarth, type Triple } from '../../viewer/engine/frame';
import { type Geo, type Photo } from '../../viewer/engine/geo';
import { cornersOf } from '../../viewer/engine/overlay';

const FARTHEST = 3; // heights: a photo to the horizon is cut there

/** Empty where the photos had no GPS. */
export function placedPhotos({ origin, groundUp, photos }: Geo): MapPhoto[] {
  if (!origin) return [];
  return photos.map((photo) => ({
    name: photo.original,
    at: onMap(photo.position, origin),
    ring: groundUp === null ? null : groundOf(photo, groundUp, origin),
    tone: 'good',
  }));
}

/** Which photos sfm has put together so far: the newest word of it; empty before the first. */
export function rollOf(events: readonly JobEvent[], progress: Progress | null): string {
  const told = [...events.map((event) => event['roll']), progress?.roll];
  return String(told.findLast((roll) => typeof roll === 'string' && roll !== '') ?? '');
}

/** The photos where they say that they were taken: those that are in, and the others fainter. */
export function photosSoFar(positions: readonly (readonly number[] | null)[], roll: string): MapPhoto[] {
  const bits = atob(roll);
  const isIn = (index: number) => ((bits.charCodeAt(index >> 3) >> (7 - (index & 7))) & 1) === 1;
  return positions.flatMap((at, index) =>
    at === null ? [] : [{ name: String(index), at: [...at], ring: null, tone: isIn(index) ? 'good' : 'faint' } as MapPhoto]);
}

/** How many photos are in: those without a position, too. */
export function countOf(roll: string): number {
  return [...atob(roll)].reduce((sum, byte) => sum + (byte.charCodeAt(0).toString(2).match(/1/g)?.length ?? 0), 0);
}

function onMap(point: Triple, origin: Origin): Position {
  const { longitudeDeg, latitudeDeg } = toEarth(point, origin);
  return [longitudeDeg, latitudeDeg];
}

function groundOf(photo: Photo, groundUp: number, origin: Origin): Position[] | null {
  const height = photo.position[2] - groundUp;
  if (height <= 0) return null;
  const corners = cornersOf(photo, 1).map((corner) => {
    const way = minus(corner, photo.position);
    const level = Math.hypot(way[0], way[1]);
    const toGround = way[2] < 0 ? height / -way[2] : Number.POSITIVE_INFINITY;
    return onMap(add(photo.position, times(way, Math.min(toGround, (FARTHEST * height) / level))), origin);
  });
  return [...corners, corners[0] as Position];
}
