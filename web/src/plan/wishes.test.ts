import { describe, expect, it } from 'vitest';
import { FIRST, placeOf, requestOf } from './wishes';

describe('the request of a plan', () => {
  it('holds what its pattern uses and nothing else', () => {
    const line = { type: 'LineString' as const, coordinates: [[8, 50], [8.1, 50]] };
    expect(requestOf(line, { ...FIRST, pattern: 'corridor' })).toMatchObject({ width_m: 60, front_overlap: 0.8, camera: 'mavic3e' });
    expect(requestOf(line, FIRST)).not.toHaveProperty('width_m');
    expect(requestOf({ type: 'Point', coordinates: [8, 50] }, { ...FIRST, pattern: 'orbit' })).toMatchObject({ radius_m: 30, subject: { height_m: 8 } });
  });
  it('asks for the files that the drone can take', () => {
    const area = { type: 'Point' as const, coordinates: [8, 50] };
    expect(requestOf(area, FIRST).exports).toContain('wpml');
    expect(requestOf(area, { ...FIRST, drone: 'mini4pro' }).exports).toContain('dji_fly');
    expect(requestOf(area, { ...FIRST, drone: 'phantom4rtk' }).exports).not.toContain('wpml');
  });
});

describe('a place', () => {
  it.each([['46.63, 7.90', [7.9, 46.63]], ['-33.9 151.2', [151.2, -33.9]], ['', null], ['46.63', null], ['91, 8', null], ['a, b', null], ['1,2,3', null]])(
    '%j is %j', (text, place) => expect(placeOf(text)).toEqual(place));
});
