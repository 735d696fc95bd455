import { describe, expect, it } from 'vitest';
import type { PhotoMeta } from '../upload/meta';
import { DRONES, droneOf } from './drones';
import { check, distanceM, type PlannedPhoto, plannedPhotos, ringOf } from './planned';

const M = 1 / 111_195; // degrees of latitude
const planned: PlannedPhoto[] = [0, 20, 40, 60].map((north) =>
  ({ at: [8, 50 + north * M], heightM: 80, headingDeg: 0, pitchDeg: -90, sortie: 1 }));
const photo = (northM: number) => ({ latitudeDeg: 50 + northM * M, longitudeDeg: 8 }) as PhotoMeta;

describe('photos against their plan', () => {
  it('are near enough within half of the spacing and a receiver’s error', () => {
    const found = check(planned, [photo(3), photo(31), photo(64), null]);
    expect(found.withinM).toBeCloseTo(15, 0);
    expect(found.missing).toEqual([]);
    expect(found).toMatchObject({ taken: 4, placed: 3 });
  });
  it('leave a gap where none was taken', () => {
    expect(check(planned, [photo(0), photo(60)]).missing.map(({ at }) => Math.round(((at[1] as number) - 50) / M))).toEqual([20, 40]);
    expect(check(planned, []).missing).toHaveLength(4);
  });
});

describe('a planned photo', () => {
  it('is read from plan.geojson and shows the ground that its camera sees', () => {
    const plan = { type: 'FeatureCollection' as const, features: [{
      type: 'Feature' as const, geometry: { type: 'Point' as const, coordinates: [8, 50, 75] },
      properties: { role: 'photo', sortie: 1, number: 1, agl_m: 75.02, heading_deg: 90, pitch_deg: -90 },
    }] };
    const [one] = plannedPhotos(plan);
    const ring = ringOf(one as PlannedPhoto, droneOf('mavic3e')) as number[][];
    // 5280 px at 2 cm: 105.6 m across the flight, which here goes east.
    expect(distanceM(ring[0] as number[], ring[1] as number[])).toBeCloseTo(105.6, 0);
  });
  it('can be flown by any drone of the library', () => {
    expect(DRONES.length).toBeGreaterThan(20);
    for (const drone of DRONES) expect(ringOf(planned[0] as PlannedPhoto, drone)).not.toBeNull();
  });
});
