// The ground that a photo shows, on flat ground at the height of the take-off.
import type { Position } from 'geojson';
import type { PhotoMeta } from './meta';

const EARTH_M = 6_378_137;
const FULL_FRAME_DIAGONAL_MM = 43.2666; // CIPA: the 35 mm equivalent is by the diagonal
const FARTHEST = 3; // heights: a photo to the horizon is cut there
const LOWEST_M = 2;

/** The four corners as longitude, latitude, closed; null when the photo does not say enough. */
export function footprint(meta: PhotoMeta): Position[] | null {
  const { latitudeDeg, longitudeDeg, heightM, focal35Mm, widthPx, heightPx } = meta;
  if (latitudeDeg === null || longitudeDeg === null || heightM === null || heightM < LOWEST_M) return null;
  if (focal35Mm === null || !widthPx || !heightPx) return null;
  const half = FULL_FRAME_DIAGONAL_MM / 2 / focal35Mm / Math.hypot(widthPx, heightPx);
  const [x, y] = [half * widthPx, half * heightPx];
  const corners = [[-x, y], [x, y], [x, -y], [-x, -y]].map(([right, up]) =>
    onGround(right as number, up as number, meta.pitchDeg ?? -90, meta.yawDeg ?? 0, heightM));
  const ring = corners.map(([east, north]) => [
    longitudeDeg + toDeg(east / (EARTH_M * Math.cos(toRad(latitudeDeg)))),
    latitudeDeg + toDeg(north / EARTH_M),
  ]);
  return [...ring, ring[0] as Position];
}

/** Where a ray of the camera meets the ground, in metres east and north of the drone. */
function onGround(right: number, up: number, pitchDeg: number, yawDeg: number, heightM: number): [number, number] {
  const pitch = toRad(pitchDeg);
  const forward = Math.cos(pitch) - up * Math.sin(pitch);
  const down = -(Math.sin(pitch) + up * Math.cos(pitch));
  const farthest = FARTHEST * heightM;
  let scale = down > 0 ? heightM / down : Number.POSITIVE_INFINITY;
  scale = Math.min(scale, farthest / Math.hypot(right, forward));
  const [ahead, aside] = [forward * scale, right * scale];
  const yaw = toRad(yawDeg);
  return [ahead * Math.sin(yaw) + aside * Math.cos(yaw), ahead * Math.cos(yaw) - aside * Math.sin(yaw)];
}

const toRad = (deg: number) => (deg * Math.PI) / 180;
const toDeg = (rad: number) => (rad * 180) / Math.PI;
