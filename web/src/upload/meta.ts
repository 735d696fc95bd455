// What a photo says about itself, read in the browser: only the file's head is touched.
import exifr from 'exifr/dist/lite.esm.mjs';
import { jpegSize } from './size';

export interface PhotoMeta {
  latitudeDeg: number | null;
  longitudeDeg: number | null;
  /** Above the take-off (DJI, Autel and Parrot write it). */
  heightM: number | null;
  /** Of the camera: clockwise from north. */
  yawDeg: number | null;
  /** 0 = horizon, -90 = straight down. */
  pitchDeg: number | null;
  focal35Mm: number | null;
  widthPx: number | null;
  heightPx: number | null;
  camera: string | null;
}

const OPTIONS = {
  tiff: true, exif: true, gps: true, xmp: true, mergeOutput: true, translateValues: false, reviveValues: false,
} as const;

const HEAD_BYTES = 1 << 19;

/** Null for a file that says nothing of the kind. */
export async function readMeta(file: Blob): Promise<PhotoMeta | null> {
  let tags: Record<string, unknown> | undefined;
  try {
    tags = await exifr.parse(file, OPTIONS);
  } catch {
    return null; // not a photo, or a broken one: ingest says which, once it has arrived
  }
  if (!tags) return null;
  const meta = metaOf(tags);
  if (meta.widthPx && meta.heightPx) return meta;
  const size = jpegSize(new DataView(await file.slice(0, HEAD_BYTES).arrayBuffer()));
  return { ...meta, widthPx: size?.widthPx ?? null, heightPx: size?.heightPx ?? null };
}

/** Numbers come as numbers, as texts (`+12.30`) or as nonsense, by the maker. */
export function metaOf(tags: Record<string, unknown>): PhotoMeta {
  const number = (...names: string[]): number | null => {
    for (const name of names) {
      const value = tags[name];
      const parsed = typeof value === 'string' ? Number.parseFloat(value) : value;
      if (typeof parsed === 'number' && Number.isFinite(parsed)) return parsed;
    }
    return null;
  };
  const latitude = number('latitude');
  const longitude = number('longitude');
  const isPlace = latitude !== null && longitude !== null && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180
    && (latitude !== 0 || longitude !== 0); // 0, 0 is a receiver without a fix
  const focal = number('FocalLengthIn35mmFormat');
  return {
    latitudeDeg: isPlace ? latitude : null,
    longitudeDeg: isPlace ? longitude : null,
    heightM: number('RelativeAltitude'),
    yawDeg: number('GimbalYawDegree', 'CameraYaw', 'Yaw'),
    pitchDeg: number('GimbalPitchDegree', 'CameraPitch', 'Pitch'),
    focal35Mm: focal !== null && focal > 0 ? focal : null,
    widthPx: number('ExifImageWidth', 'ImageWidth'),
    heightPx: number('ExifImageHeight', 'ImageHeight'),
    camera: typeof tags['Model'] === 'string' ? tags['Model'].replaceAll('\0', '').trim() : null,
  };
}
