import { describe, expect, it } from 'vitest';
import { toEarth, toScene, toWorld, type Triple } from './frame';
import { trackOf } from './flight';
import { type Geo, readGeo, subject } from './geo';
import { area, distance } from './measure';
import { decodeView, encodeView, fromAbove, overview, turned, type View } from './view';
import { readAnnotations } from '../annotations';

const ORIGIN = { latitude_deg: 46.63, longitude_deg: 7.9, altitude_m: 655 };
const DOWN = [[1, 0, 0], [0, -1, 0], [0, 0, -1]];

function geo(places: Triple[]): Geo {
  const photos = places.map((position_m, index) => ({
    name: `${index}.jpg`, original: `${index}.JPG`, position_m, camera_to_world: DOWN, camera: null,
  }));
  return readGeo({ origin: ORIGIN, ground_z_m: -40, gps_rms_m: 0.5, photos });
}

describe('frames', () => {
  it('turns east, north, up into the engine’s axes and back', () => {
    expect(toWorld([1, 2, 3])).toEqual([1, 3, -2]);
    expect(toScene(toWorld([1, 2, 3]))).toEqual([1, 2, 3]);
  });

  it('finds the place on Earth as pycolmap’s enu_to_ellipsoid does', () => {
    const place = toEarth([120, -340, 25], ORIGIN);
    expect(place.latitudeDeg).toBeCloseTo(46.626941760418, 9);
    expect(place.longitudeDeg).toBeCloseTo(7.901566745173, 9);
    expect(place.altitudeM).toBeCloseTo(680.0102007, 5);
    expect(toEarth([0, 0, 0], ORIGIN).altitudeM).toBeCloseTo(655, 6);
  });
});

describe('measures', () => {
  it('adds up a way and tells its rise', () => {
    expect(distance([[0, 0, 0], [3, 4, 0], [3, 4, 12]])).toEqual({ straight: 17, level: 5, rise: 12 });
    expect(distance([])).toEqual({ straight: 0, level: 0, rise: 0 });
  });

  it('tells a slope from its shadow, far from the origin as well', () => {
    const roof: Triple[] = [[1e4, 0, 0], [1e4 + 4, 0, 3], [1e4 + 4, 5, 3], [1e4, 5, 0]];
    expect(area(roof).sloped).toBeCloseTo(25);
    expect(area(roof).level).toBeCloseTo(20);
    expect(area(roof).around).toBeCloseTo(20);
    expect(area(roof.slice(0, 2)).sloped).toBe(0);
  });
});

describe('views', () => {
  const view: View = { eye: [10, -20.1234, 5], target: [0, 1, -40], fovDeg: 60 };

  it('come back from a link to the millimetre', () => {
    const back = decodeView(`#${encodeView(view)}`);
    expect(back?.eye[1]).toBeCloseTo(-20.123, 3);
    expect(back?.target).toEqual([0, 1, -40]);
  });

  it.each(['', '#view=', '#view=1,2,3', '#view=a,b,c,d,e,f,g', '#view=1,1,1,1,1,1,60', '#view=0,0,9,0,0,0,900', '#other=1'])(
    'that make no sense are none: %s', (hash) => expect(decodeView(hash)).toBeNull());

  it('turn around their target without coming nearer, and stop above it', () => {
    const reach = (one: View) => Math.hypot(...one.eye.map((value, index) => value - (one.target[index] as number)));
    expect(reach(turned(view, { rightDeg: 90, upDeg: 20 }))).toBeCloseTo(reach(view));
    expect(reach(turned(view, { distance: 0.5 }))).toBeCloseTo(reach(view) / 2);
    const top = turned(view, { upDeg: 400 });
    expect(top.eye[2]).toBeLessThan(top.target[2] + reach(view));
    expect(fromAbove([0, 0, 0], 10).eye[2]).toBeGreaterThan(overview([0, 0, 0], 10).eye[2]);
  });
});

describe('photos', () => {
  it('tell what they show, and one stray does not move it', () => {
    const places: Triple[] = [[-10, 0, 0], [0, 0, 0], [10, 0, 0], [0, 10, 0], [900, 900, 0]];
    const seen = subject(geo(places));
    expect(seen?.centre).toEqual([0, 0, -40]);
    expect(subject(geo([]))).toBeNull();
  });

  it('make a flight with stamps that only grow, whatever stood still', () => {
    const track = trackOf(geo([[0, 0, 0], [0, 0, 0], [50, 0, 0], [50, 0, 0]]));
    const times = track?.keyframes.times ?? [];
    expect(times.every((time, index) => index === 0 || time > (times[index - 1] as number))).toBe(true);
    expect(times.at(-1)).toBeLessThanOrEqual((track?.duration ?? 0) * (track?.frameRate ?? 0));
    expect(trackOf(geo([[0, 0, 0]]))).toBeNull();
  });

  it('keep a long flight short enough for the engine', () => {
    const places = Array.from({ length: 5000 }, (_, index): Triple => [index, 0, 0]);
    const track = trackOf(geo(places));
    expect(track?.keyframes.times.length).toBeLessThanOrEqual(402);
    expect(track?.duration).toBe(120);
  });

  it('refuse what is no geo.json', () => {
    expect(() => readGeo({})).toThrow(TypeError);
    expect(() => readGeo({ photos: [{ name: 'a', position_m: [0, 'x', 0], camera_to_world: DOWN }] })).toThrow(TypeError);
  });
});

describe('annotations', () => {
  it('that are none are left out, the others stay', () => {
    const annotation = { id: '1', title: 'a', text: '', at: [0, 0, 0], view: { eye: [0, 0, 1], target: [0, 0, 0], fovDeg: 60 } };
    expect(readAnnotations([annotation, null, { id: '2' }, 7, { ...annotation, at: [0, 0] }])).toEqual([annotation]);
    expect(readAnnotations('x')).toEqual([]);
  });
});
