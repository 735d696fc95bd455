import { expect, test } from 'vitest';
import type { Geo } from '../../viewer/engine/geo';
import type { JobEvent } from '../../api/events';
import type { Progress } from '../../api/schema';
import { countOf, photosSoFar, placedPhotos, rollOf } from './placed';

const LENS = { width_px: 400, height_px: 200, focal_x_px: 200, focal_y_px: 200, centre_x_px: 200, centre_y_px: 100 };
// Straight down, the photo's top to the north: right is east, down is south.
const DOWN = [[1, 0, 0], [0, -1, 0], [0, 0, -1]] as const;
const GEO: Geo = {
  origin: { latitude_deg: 0, longitude_deg: 7, altitude_m: 0 },
  isMetric: true,
  groundUp: 0,
  gpsRmsM: 0.5,
  photos: [{ name: '1.jpg', original: 'A.JPG', position: [0, 0, 50], cameraToScene: DOWN, lens: LENS }],
};
const METRE_DEG = 180 / Math.PI / 6_378_137;

test('a photo from 50 m shows as much ground as its lens says', () => {
  const [photo] = placedPhotos(GEO);
  const ring = photo?.ring ?? [];
  const east = ring.map(([longitude = 0]) => (longitude - 7) / METRE_DEG);
  expect(Math.min(...east)).toBeCloseTo(-50, 1);
  expect(Math.max(...east)).toBeCloseTo(50, 1);
  expect(photo?.at[0]).toBeCloseTo(7, 9);
});

test('without GPS there is no map', () => {
  expect(placedPhotos({ ...GEO, origin: null })).toEqual([]);
});

// Of ten photos the first, the eighth and the tenth: 10000001 01.
const ROLL = btoa(String.fromCharCode(0b1000_0001, 0b0100_0000));

test('of the photos so far, those that are in stand out', () => {
  const positions = Array.from({ length: 10 }, (_, index) => (index === 7 ? null : [7 + index / 1000, 46]));
  const tones = photosSoFar(positions, ROLL).map(({ tone }) => tone);
  expect(tones).toEqual(['good', ...Array(7).fill('faint'), 'good']);
  expect(countOf(ROLL)).toBe(3); // the eighth has no position, and is in
});

test('the newest word counts, and stands while nothing newer is said', () => {
  const said = (roll?: string) => ({ type: 'StageProgressed', ...(roll && { roll }) }) as unknown as JobEvent;
  expect(rollOf([said(), said('gA=='), said(ROLL), said()], null)).toBe(ROLL);
  expect(rollOf([said('gA==')], { roll: ROLL } as Progress)).toBe(ROLL);
  expect(rollOf([], null)).toBe('');
  expect(photosSoFar([[7, 46]], '').map(({ tone }) => tone)).toEqual(['faint']);
});
