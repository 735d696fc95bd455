// The drone's path as a camera track: from photo to photo, looking where the drone looked.
import { add, lengthOf, minus, times, toWorld, type Triple } from './frame';
import { axis, type Geo, type Photo } from './geo';
import { FOV_DEG } from './view';

export interface Track {
  name: string;
  duration: number;
  frameRate: number;
  loopMode: 'none';
  interpolation: 'spline';
  smoothness: number;
  keyframes: { times: number[]; values: { position: number[]; target: number[]; fov: number[] } };
}

const FRAMES_PER_S = 30;
const SECONDS_PER_PHOTO = 1.1;
const SHORTEST_S = 8;
const LONGEST_S = 120;
const KEYFRAMES_AT_MOST = 400;
/** Straight down has no heading: a camera that only looks at points would spin there. */
const STEEPEST_DEG = 70;

/** The flight through the photos in the order in which they were taken; null for fewer than two. */
export function trackOf(geo: Geo): Track | null {
  const photos = thinned(geo.photos);
  if (photos.length < 2) return null;
  const count = Math.min(LONGEST_S, Math.max(SHORTEST_S, geo.photos.length * SECONDS_PER_PHOTO));
  const duration = Math.round(count);
  const stamps = stampsOf(photos, duration * FRAMES_PER_S);
  const height = heightOf(geo, photos);
  return {
    name: 'flight',
    duration,
    frameRate: FRAMES_PER_S,
    loopMode: 'none',
    interpolation: 'spline',
    smoothness: 1,
    keyframes: {
      times: stamps,
      values: {
        position: photos.flatMap((photo) => [...toWorld(photo.position)]),
        target: photos.flatMap((photo) => [...toWorld(add(photo.position, times(gaze(photo), height)))]),
        fov: photos.map(() => FOV_DEG),
      },
    },
  };
}

function thinned(photos: Photo[]): Photo[] {
  const every = Math.ceil(photos.length / KEYFRAMES_AT_MOST);
  return photos.filter((_, index) => index % every === 0 || index === photos.length - 1);
}

/** In frames, by the way that is flown; two photos from one place are a frame apart at least. */
function stampsOf(photos: Photo[], frames: number): number[] {
  const ways = photos.map((photo, index) =>
    index === 0 ? 0 : lengthOf(minus(photo.position, (photos[index - 1] as Photo).position)));
  const whole = ways.reduce((sum, way) => sum + way, 0);
  const spare = Math.max(0, frames - photos.length);
  let stamp = -1;
  return ways.map((way) => {
    stamp += 1 + (whole > 0 ? (way / whole) * spare : 0);
    return stamp;
  });
}

function heightOf(geo: Geo, photos: Photo[]): number {
  const up = photos.reduce((sum, photo) => sum + photo.position[2], 0) / photos.length;
  return geo.groundUp === null ? 1 : Math.max(1, up - geo.groundUp);
}

/** Where the photo looked, no steeper than a camera can follow without spinning. */
export function gaze(photo: Photo): Triple {
  const forward = axis(photo, 2);
  const steepest = Math.sin((STEEPEST_DEG * Math.PI) / 180);
  if (Math.abs(forward[2]) <= steepest) return forward;
  // The top of a photo that looks down points to where the drone was heading.
  const top = times(axis(photo, 1), -1);
  const along = Math.hypot(forward[0], forward[1]) > 0.05 ? forward : times(top, -Math.sign(forward[2]));
  const level = Math.hypot(along[0], along[1]) || 1;
  const flat = Math.sqrt(1 - steepest * steepest) / level;
  return [along[0] * flat, along[1] * flat, Math.sign(forward[2]) * steepest];
}
