// Three frames: the scene's own (east, north, up, in metres), the engine's world (x right, y up, z
// towards us), and the Earth (WGS84).

export type Triple = readonly [number, number, number];

export interface Origin {
  latitude_deg: number;
  longitude_deg: number;
  altitude_m: number;
}

export interface Place {
  latitudeDeg: number;
  longitudeDeg: number;
  altitudeM: number;
}

/** East, north, up -> x, y, z of the engine: a turn by -90 degrees about x. */
export function toWorld([east, north, up]: Triple): Triple {
  return [east, up, -north];
}

/** The way back from `toWorld`. */
export function toScene([x, y, z]: Triple): Triple {
  return [x, -z, y];
}

const SEMI_MAJOR_M = 6378137;
const FLATTENING = 1 / 298.257223563;
const ECCENTRICITY_2 = FLATTENING * (2 - FLATTENING);
const DEGREE = Math.PI / 180;
/** Bowring's iteration gains four digits a step; three are below a micrometre near the ground. */
const STEPS = 3;

/**
 * Where on Earth a point of the scene is: local east, north, up in metres about `origin` ->
 * geocentric -> latitude, longitude and ellipsoidal altitude (Bowring 1976).
 */
export function toEarth(point: Triple, origin: Origin): Place {
  const [x, y, z] = geocentric(point, origin);
  const longitude = Math.atan2(y, x);
  const distance = Math.hypot(x, y);
  let latitude = Math.atan2(z, distance * (1 - ECCENTRICITY_2));
  for (let step = 0; step < STEPS; step += 1) {
    const normal = primeVertical(latitude);
    latitude = Math.atan2(z + ECCENTRICITY_2 * normal * Math.sin(latitude), distance);
  }
  const normal = primeVertical(latitude);
  const altitude = distance * Math.cos(latitude) + z * Math.sin(latitude)
    - (SEMI_MAJOR_M * SEMI_MAJOR_M) / normal;
  return { latitudeDeg: latitude / DEGREE, longitudeDeg: longitude / DEGREE, altitudeM: altitude };
}

function primeVertical(latitude: number): number {
  return SEMI_MAJOR_M / Math.sqrt(1 - ECCENTRICITY_2 * Math.sin(latitude) ** 2);
}

function geocentric([east, north, up]: Triple, origin: Origin): Triple {
  const latitude = origin.latitude_deg * DEGREE;
  const longitude = origin.longitude_deg * DEGREE;
  const [sinLat, cosLat] = [Math.sin(latitude), Math.cos(latitude)];
  const [sinLon, cosLon] = [Math.sin(longitude), Math.cos(longitude)];
  const normal = primeVertical(latitude);
  const outward = cosLat * up - sinLat * north;
  const radius = (normal + origin.altitude_m) * cosLat + outward;
  return [
    radius * cosLon - east * sinLon,
    radius * sinLon + east * cosLon,
    (normal * (1 - ECCENTRICITY_2) + origin.altitude_m) * sinLat + sinLat * up + cosLat * north,
  ];
}

export const add = (a: Triple, b: Triple): Triple => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const minus = (a: Triple, b: Triple): Triple => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const times = (a: Triple, factor: number): Triple => [a[0] * factor, a[1] * factor, a[2] * factor];
export const lengthOf = (a: Triple): number => Math.hypot(...a);
export const cross = (a: Triple, b: Triple): Triple => [
  a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0],
];
