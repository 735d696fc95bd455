// What is drawn over the picture: cameras, the flight, what is measured, the crop box. A flat canvas
// of its own: splats leave no depth behind, so lines could not hide behind them anyway.
import { add, times, type Triple } from './frame';
import { axis, lensOf, type Photo } from './geo';
import type { Box } from './crop';
import type { Scene } from './scene';

export interface Drawn {
  photos: readonly Photo[];
  /** How far in front of a camera its frame is drawn, in the scene's unit. */
  frustum: number;
  chosen: Photo | null;
  points: readonly Triple[];
  isClosed: boolean;
  box: Box | null;
  /** The middle of the picture, where Enter sets a point. */
  cross: boolean;
}

type Point2 = readonly [number, number];
const HALO = 'rgb(0 0 0 / 60%)';
const LINE = '#ffffff';
const CHOSEN = '#ffd166';
const MEASURED = '#7df9e5';
/** How near a click has to be to a camera, in CSS pixels: a fingertip's half. */
const REACH_PX = 22;

export function draw(canvas: HTMLCanvasElement, scene: Scene, drawn: Drawn): void {
  const sheet = prepared(canvas, scene);
  if (!sheet) return;
  drawPhotos(sheet, scene, drawn);
  if (drawn.box) stroke(sheet, edges(drawn.box).map((edge) => edge.map((point) => scene.project(point))), LINE, 1.5);
  drawPoints(sheet, scene, drawn);
  const frame = scene.photoFrame();
  if (frame) drawFrame(sheet, frame);
  if (drawn.cross) drawCross(sheet, scene.canvas);
}

function prepared(canvas: HTMLCanvasElement, scene: Scene): CanvasRenderingContext2D | null {
  const { clientWidth, clientHeight } = scene.canvas;
  const scale = window.devicePixelRatio;
  const [width, height] = [Math.round(clientWidth * scale), Math.round(clientHeight * scale)];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const sheet = canvas.getContext('2d');
  sheet?.setTransform(scale, 0, 0, scale, 0, 0);
  sheet?.clearRect(0, 0, clientWidth, clientHeight);
  return sheet;
}

function stroke(sheet: CanvasRenderingContext2D, paths: (Point2 | null)[][], colour: string, width: number): void {
  sheet.beginPath();
  for (const path of paths) {
    let isDown = false;
    for (const point of path) {
      if (point && isDown) sheet.lineTo(...point);
      else if (point) sheet.moveTo(...point);
      isDown = point !== null;
    }
  }
  sheet.lineJoin = 'round';
  for (const [style, wide] of [[HALO, width + 2.5], [colour, width]] as const) {
    sheet.strokeStyle = style;
    sheet.lineWidth = wide;
    sheet.stroke();
  }
}

/** The four corners of what the photo saw, so far in front of it. */
export function cornersOf(photo: Photo, reach: number): Triple[] {
  const lens = lensOf(photo);
  const [right, down, forward] = [axis(photo, 0), axis(photo, 1), axis(photo, 2)];
  const wide = (reach * lens.width_px) / (2 * lens.focal_x_px);
  const high = (reach * lens.height_px) / (2 * lens.focal_y_px);
  return ([[-1, -1], [1, -1], [1, 1], [-1, 1]] as const).map(([x, y]) =>
    add(photo.position, add(times(forward, reach), add(times(right, x * wide), times(down, y * high)))));
}

function drawPhotos(sheet: CanvasRenderingContext2D, scene: Scene, { photos, frustum, chosen }: Drawn): void {
  if (photos.length === 0 || scene.heldPhoto) return;
  stroke(sheet, [photos.map((photo) => scene.project(photo.position))], 'rgb(255 255 255 / 55%)', 1);
  const shapes = (some: readonly Photo[]) => some.flatMap((photo) => {
    const eye = scene.project(photo.position);
    const corners = cornersOf(photo, frustum).map((corner) => scene.project(corner));
    return [[...corners, corners[0] ?? null], ...corners.map((corner) => [eye, corner])];
  });
  stroke(sheet, shapes(photos.filter((photo) => photo !== chosen)), LINE, 1.2);
  if (chosen) stroke(sheet, shapes([chosen]), CHOSEN, 2);
}

function drawPoints(sheet: CanvasRenderingContext2D, scene: Scene, { points, isClosed }: Drawn): void {
  const seen = points.map((point) => scene.project(point));
  stroke(sheet, [isClosed && seen.length > 2 ? [...seen, seen[0] ?? null] : seen], MEASURED, 2);
  for (const point of seen) {
    if (!point) continue;
    sheet.beginPath();
    sheet.arc(point[0], point[1], 5, 0, 2 * Math.PI);
    sheet.fillStyle = MEASURED;
    sheet.fill();
    sheet.strokeStyle = HALO;
    sheet.lineWidth = 1.5;
    sheet.stroke();
  }
}

function drawFrame(sheet: CanvasRenderingContext2D, [left, top, width, height]: readonly [number, number, number, number]): void {
  const corners: Point2[] = [[left, top], [left + width, top], [left + width, top + height], [left, top + height], [left, top]];
  stroke(sheet, [corners], CHOSEN, 1.5);
}

function drawCross(sheet: CanvasRenderingContext2D, { clientWidth, clientHeight }: HTMLCanvasElement): void {
  const [x, y] = [clientWidth / 2, clientHeight / 2];
  stroke(sheet, [[[x - 10, y], [x + 10, y]], [[x, y - 10], [x, y + 10]]], LINE, 1.5);
}

function edges({ low, high }: Box): Triple[][] {
  const corner = (x: boolean, y: boolean, z: boolean): Triple =>
    [x ? high[0] : low[0], y ? high[1] : low[1], z ? high[2] : low[2]];
  const ring = (z: boolean) => [corner(false, false, z), corner(true, false, z), corner(true, true, z), corner(false, true, z), corner(false, false, z)];
  const posts = [[false, false], [true, false], [true, true], [false, true]] as const;
  return [ring(false), ring(true), ...posts.map(([x, y]) => [corner(x, y, false), corner(x, y, true)])];
}

/** The camera that was clicked, if one was. */
export function photoAt(scene: Scene, photos: readonly Photo[], [x, y]: Point2): Photo | null {
  let best: Photo | null = null;
  let nearest = REACH_PX;
  for (const photo of photos) {
    const seen = scene.project(photo.position);
    const away = seen ? Math.hypot(seen[0] - x, seen[1] - y) : Infinity;
    if (away < nearest) [best, nearest] = [photo, away];
  }
  return best;
}
