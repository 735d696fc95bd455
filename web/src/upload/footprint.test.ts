import { describe, expect, it } from 'vitest';
import { footprint } from './footprint';
import { metaOf, type PhotoMeta } from './meta';

const photo: PhotoMeta = {
  latitudeDeg: 50, longitudeDeg: 8, heightM: 100, yawDeg: 0, pitchDeg: -90,
  focal35Mm: 24, widthPx: 4000, heightPx: 3000, camera: null,
};
const metres = ([lon, lat]: number[]) => [((lon as number) - 8) * 71_696, ((lat as number) - 50) * 111_319];

describe('the footprint of a photo', () => {
  it('straight down is a rectangle of the camera’s shape: 24 mm from 100 m see 144 m by 108 m', () => {
    const ring = footprint(photo)?.map(metres) as [number, number][];
    expect(ring[0]?.map(Math.round)).toEqual([-72, 54]);
    expect(ring[2]?.map(Math.round)).toEqual([72, -54]);
    expect(ring[4]).toEqual(ring[0]);
  });
  it('turns with the camera', () => {
    const east = footprint({ ...photo, yawDeg: 90 })?.map(metres) as [number, number][];
    expect(east[0]?.map(Math.round)).toEqual([54, 72]);
  });
  it('of a slanted photo lies ahead of the drone, and a look at the horizon ends somewhere', () => {
    const ahead = footprint({ ...photo, pitchDeg: -45 })?.map(metres) as [number, number][];
    expect(Math.min(...ahead.map(([, north]) => north))).toBeGreaterThan(25);
    const level = footprint({ ...photo, pitchDeg: 0 })?.map(metres) as [number, number][];
    expect(Math.max(...level.map(([e, n]) => Math.hypot(e, n)))).toBeLessThan(301);
  });
  it('is not guessed', () => {
    expect(footprint({ ...photo, heightM: null })).toBeNull();
    expect(footprint({ ...photo, focal35Mm: null })).toBeNull();
    expect(footprint({ ...photo, latitudeDeg: null })).toBeNull();
  });
});

describe('what a photo says', () => {
  it('is read from texts, too', () => {
    const meta = metaOf({ latitude: 50, longitude: 8, RelativeAltitude: '+39.90', GimbalYawDegree: '-12.5', Model: 'FC3582\0\0' });
    expect(meta).toMatchObject({ latitudeDeg: 50, heightM: 39.9, yawDeg: -12.5, camera: 'FC3582' });
  });
  it('is nothing where there was no fix', () => {
    expect(metaOf({ latitude: 0, longitude: 0 }).latitudeDeg).toBeNull();
    expect(metaOf({ latitude: Number.NaN, longitude: 8 }).latitudeDeg).toBeNull();
    expect(metaOf({ latitude: 91, longitude: 8 }).longitudeDeg).toBeNull();
  });
});
