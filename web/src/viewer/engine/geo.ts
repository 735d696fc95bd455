// geo.json, as sfm writes it: where on Earth the scene is, and where its photos were taken.
import { lengthOf, minus, type Origin, type Triple } from './frame';

/** A photo's lens, as a pinhole: pixels of the photo with its distortion taken out. */
export interface Lens {
  width_px: number;
  height_px: number;
  focal_x_px: number;
  focal_y_px: number;
  centre_x_px: number;
  centre_y_px: number;
}

export interface Photo {
  /** What sfm calls it; the undistorted photo's file name. */
  name: string;
  /** What the user calls it. */
  original: string;
  position: Triple;
  /** Columns: the photo's right, down and forward. */
  cameraToScene: readonly [Triple, Triple, Triple];
  lens: Lens | null;
}

export interface Geo {
  /** Null where no photo had a usable position, and where the owner keeps the place. */
  origin: Origin | null;
  /** Lengths are metres; a visitor may know that without knowing where. */
  isMetric: boolean;
  groundUp: number | null;
  /** How well the photos' GPS fits the scene. */
  gpsRmsM: number | null;
  photos: Photo[];
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function asTriple(value: unknown): Triple {
  if (!Array.isArray(value) || value.length !== 3 || !value.every(isNumber)) {
    throw new TypeError('not three numbers');
  }
  return value as unknown as Triple;
}

function asLens(value: unknown): Lens | null {
  const lens = value as Lens | null | undefined;
  if (!lens) return null;
  const sizes = [lens.width_px, lens.height_px, lens.focal_x_px, lens.focal_y_px];
  return sizes.every((size) => isNumber(size) && size > 0) ? lens : null;
}

function asPhoto(value: Record<string, unknown>): Photo {
  const rows = value.camera_to_world as unknown[];
  return {
    name: String(value.name),
    original: String(value.original ?? value.name),
    position: asTriple(value.position_m),
    cameraToScene: [asTriple(rows[0]), asTriple(rows[1]), asTriple(rows[2])],
    lens: asLens(value.camera),
  };
}

/** Reads geo.json. Throws TypeError when it is none of ours. */
export function readGeo(document: unknown): Geo {
  const { origin, ground_z_m: ground, gps_rms_m: gps, photos } = document as Record<string, unknown>;
  if (!Array.isArray(photos)) throw new TypeError('geo.json names no photos');
  const at = origin as Origin | null;
  const known = at && isNumber(at.latitude_deg) && isNumber(at.longitude_deg) && isNumber(at.altitude_m) ? at : null;
  return {
    origin: known,
    isMetric: known !== null,
    groundUp: isNumber(ground) ? ground : null,
    gpsRmsM: isNumber(gps) ? gps : null,
    photos: photos.map((photo) => asPhoto(photo as Record<string, unknown>)),
  };
}

/** A column of the photo's rotation: 0 its right, 1 its down, 2 its forward. */
export function axis(photo: Photo, column: 0 | 1 | 2): Triple {
  const [first, second, third] = photo.cameraToScene;
  return [first[column], second[column], third[column]];
}

/** For results that say nothing of the lens: about a drone's wide camera. */
const UNKNOWN_LENS: Lens = {
  width_px: 4000, height_px: 3000, focal_x_px: 2900, focal_y_px: 2900, centre_x_px: 2000, centre_y_px: 1500,
};

export const lensOf = (photo: Photo): Lens => photo.lens ?? UNKNOWN_LENS;

/** Where the photo's middle meets the ground, where it does. */
export function lookedAt(photo: Photo, groundUp: number): Triple | null {
  const forward = axis(photo, 2);
  const fall = photo.position[2] - groundUp;
  if (forward[2] > -0.05 || fall <= 0) return null;
  const reach = -fall / forward[2];
  return [photo.position[0] + forward[0] * reach, photo.position[1] + forward[1] * reach, groundUp];
}

/** Of the photos, those that look at the subject; a few look elsewhere. */
const MOST = 0.85;
/** How far a photo shows beside its middle, as a share of its height above the ground. */
const BESIDE = 0.25;

/** What the photos show: its middle on the ground and how far around it they look. */
export function subject(geo: Geo): { centre: Triple; radius: number } | null {
  const ground = geo.groundUp;
  if (ground === null || geo.photos.length === 0) return null;
  const hits = geo.photos.map((photo) => lookedAt(photo, ground)).filter((hit) => hit !== null);
  if (hits.length === 0) return null;
  const centre: Triple = [median(hits, 0), median(hits, 1), ground];
  const away = hits.map((hit) => lengthOf(minus(hit, centre))).sort((a, b) => a - b);
  const heights = geo.photos.map((photo) => photo.position[2] - ground).sort((a, b) => a - b);
  const far = away[Math.floor(away.length * MOST)] ?? 0;
  const height = heights[Math.floor(heights.length / 2)] ?? 0;
  return { centre, radius: Math.max(far + height * BESIDE, 0.1) };
}

function median(points: Triple[], column: 0 | 1): number {
  const values = points.map((point) => point[column]).sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)] as number;
}
