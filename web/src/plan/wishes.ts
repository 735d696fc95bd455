// What is asked of the planner, as the page holds it and as the API takes it.
import type { Pattern, PlanRequest } from '../api/schema';
import type { Area } from './area';
import { droneOf } from './drones';

export interface Wishes {
  drone: string;
  pattern: Pattern;
  gsdCm: number;
  frontPct: number;
  sidePct: number;
  /** Of a point's orbit, or a corridor's width. */
  radiusM: number;
  widthM: number;
  subjectHeightM: number;
}

export const FIRST: Wishes = {
  drone: 'mavic3e', pattern: 'splat', gsdCm: 2, frontPct: 80, sidePct: 70, radiusM: 30, widthM: 60, subjectHeightM: 8,
};

const AROUND: readonly Pattern[] = ['orbit', 'multi_orbit', 'spiral'];

export const uses = {
  radius: (_wishes: Wishes, area: Area | null) => area?.type === 'Point',
  width: (wishes: Wishes) => wishes.pattern === 'corridor',
  subject: (wishes: Wishes) => AROUND.includes(wishes.pattern) || wishes.pattern === 'facade',
};

/** Only what the pattern uses: the API refuses what would have no effect. */
export function requestOf(area: Area, wishes: Wishes): PlanRequest {
  return {
    area: area as PlanRequest['area'],
    camera: wishes.drone,
    pattern: wishes.pattern,
    gsd_cm: wishes.gsdCm,
    front_overlap: wishes.frontPct / 100,
    side_overlap: wishes.sidePct / 100,
    exports: droneOf(wishes.drone).exports,
    ...(uses.radius(wishes, area) && { radius_m: wishes.radiusM }),
    ...(uses.width(wishes) && { width_m: wishes.widthM }),
    ...(uses.subject(wishes) && { subject: { height_m: wishes.subjectHeightM } }),
  };
}

/** `46.63, 7.90` -> longitude, latitude; null for anything else. */
export function placeOf(text: string): [number, number] | null {
  const [lat = Number.NaN, lon = Number.NaN, ...more] = text.trim().split(/[\s,;]+/).map(Number);
  const isPlace = more.length === 0 && Math.abs(lat) <= 85 && Math.abs(lon) <= 180;
  return isPlace ? [lon, lat] : null;
}
