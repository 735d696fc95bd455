// What is to be said of a capture before and while it is sent; pure.
import { footprint } from '../../upload/footprint';
import { PHOTO } from '../../upload/gather';
import type { FileState, Upload } from '../../upload/manager';
import type { MapPhoto } from '../../map/PhotoMap';

export interface Facts {
  totalBytes: number;
  sentBytes: number;
  arrived: number;
  photos: number;
  placed: number;
  drawn: number;
  isZip: boolean;
  /** Names of files that are neither photos nor the zip. */
  others: string[];
  /** Names of files without a byte: what a card leaves that was pulled out too soon. */
  empty: string[];
  cameras: string[];
  pixelsPerPhoto: number | null;
}

export function factsOf({ files }: Upload): Facts {
  const isZip = files.length === 1 && /\.zip$/i.test(files[0]?.name ?? '');
  const photos = files.filter(({ name }) => PHOTO.test(name));
  const metas = photos.flatMap(({ meta }) => (meta ? [meta] : []));
  const pixels = metas.flatMap(({ widthPx, heightPx }) => (widthPx && heightPx ? [widthPx * heightPx] : []));
  const sum = (value: (file: FileState) => number) => files.reduce((total, file) => total + value(file), 0);
  return {
    totalBytes: sum(({ sizeBytes }) => sizeBytes),
    sentBytes: sum(({ sentBytes, sizeBytes }) => Math.min(sentBytes, sizeBytes)),
    arrived: files.filter(({ state }) => state === 'arrived').length,
    photos: photos.length,
    placed: metas.filter(({ latitudeDeg }) => latitudeDeg !== null).length,
    drawn: metas.filter((meta) => footprint(meta) !== null).length,
    isZip,
    others: isZip ? [] : files.filter(({ name }) => !PHOTO.test(name)).map(({ name }) => name),
    empty: files.filter(({ sizeBytes }) => sizeBytes === 0).map(({ name }) => name),
    cameras: [...new Set(metas.flatMap(({ camera }) => (camera ? [camera] : [])))],
    pixelsPerPhoto: pixels.length ? Math.round(pixels.reduce((a, b) => a + b, 0) / pixels.length) : null,
  };
}

function toneOf(file: FileState): MapPhoto['tone'] {
  if (file.state === 'failed' || file.verdict?.ok === false) return 'bad';
  if (file.verdict && file.verdict.kind && file.verdict.kind !== 'good') return 'warn';
  return file.state === 'arrived' ? 'good' : 'plain';
}

export function mapPhotos(files: readonly FileState[]): MapPhoto[] {
  return files.flatMap((file) => {
    const { meta } = file;
    if (meta?.latitudeDeg == null || meta.longitudeDeg == null) return [];
    return [{ name: file.name, at: [meta.longitudeDeg, meta.latitudeDeg], ring: footprint(meta), tone: toneOf(file) }];
  });
}

const ORDER = { failed: 0, sending: 1, waiting: 2, arrived: 3 } as const;

/** What needs a look comes first: failed, refused, noted, then what is under way. */
export function sorted(files: readonly FileState[]): FileState[] {
  const rank = (file: FileState) =>
    file.verdict?.ok === false ? 0.5 : file.verdict && file.verdict.kind !== 'good' ? 0.7 : ORDER[file.state];
  return [...files].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, 'en', { numeric: true }));
}
