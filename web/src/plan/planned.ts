// What a plan's files hold: its photos, and how often each place is seen.
import type { FeatureCollection, Position } from 'geojson';
import { footprint } from '../upload/footprint';
import type { PhotoMeta } from '../upload/meta';
import type { Drone } from './drones';

export interface PlannedPhoto {
  at: Position;
  /** Above the ground. */
  heightM: number;
  headingDeg: number;
  pitchDeg: number;
  sortie: number;
}

/** The photos that plan.geojson lists. */
export function plannedPhotos(plan: FeatureCollection): PlannedPhoto[] {
  return plan.features.flatMap(({ geometry, properties }) => {
    if (geometry.type !== 'Point' || properties?.['role'] !== 'photo') return [];
    const number = (name: string) => Number(properties[name] ?? 0);
    return [{
      at: geometry.coordinates, heightM: number('agl_m'), headingDeg: number('heading_deg'), pitchDeg: number('pitch_deg'), sortie: number('sortie'),
    }];
  });
}

/** The ground that a planned photo will show. */
export function ringOf(photo: PlannedPhoto, drone: Drone): Position[] | null {
  return footprint({
    longitudeDeg: photo.at[0] ?? null, latitudeDeg: photo.at[1] ?? null, heightM: photo.heightM,
    yawDeg: photo.headingDeg, pitchDeg: photo.pitchDeg,
    focal35Mm: drone.focal35Mm, widthPx: drone.widthPx, heightPx: drone.heightPx, camera: null,
  });
}

export interface Checked {
  withinM: number;
  /** Planned photos that nobody has taken. */
  missing: PlannedPhoto[];
  taken: number;
  /** Photos that say where they were taken. */
  placed: number;
}

const GPS_M = 5; // how far off a drone's receiver is on a fair day
const EARTH_M = 6_371_008;

/** The planned photos with none taken within half of their spacing and a receiver's error. */
export function check(planned: readonly PlannedPhoto[], metas: readonly (PhotoMeta | null)[]): Checked {
  const places = metas.flatMap((meta) =>
    meta?.latitudeDeg != null && meta.longitudeDeg != null ? [[meta.longitudeDeg, meta.latitudeDeg]] : []);
  const withinM = spacingM(planned) / 2 + GPS_M;
  const missing = planned.filter(({ at }) => !places.some((place) => distanceM(at, place) <= withinM));
  return { withinM, missing, taken: metas.length, placed: places.length };
}

/** The usual distance from one photo to the next. */
function spacingM(planned: readonly PlannedPhoto[]): number {
  const gaps = planned.slice(1)
    .flatMap((photo, index) => (photo.sortie === planned[index]?.sortie ? [distanceM(photo.at, (planned[index] as PlannedPhoto).at)] : []))
    .sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length / 2)] ?? 0;
}

export function distanceM([lonA = 0, latA = 0]: readonly number[], [lonB = 0, latB = 0]: readonly number[]): number {
  const rad = Math.PI / 180;
  const east = (lonB - lonA) * rad * Math.cos(((latA + latB) / 2) * rad);
  return EARTH_M * Math.hypot(east, (latB - latA) * rad);
}
