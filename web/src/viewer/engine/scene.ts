// The engine behind one interface, in the scene's own frame: everything else here knows neither
// PlayCanvas nor its axes. What is used beyond the viewer's documented API is version-pinned and
// held by tests: the entity's `childinsert`, `picker:ready`, and the camera entity.
import { createViewer, type ViewerHandle } from '@playcanvas/supersplat-viewer/viewer';
import type { Annotation as Slot } from '@playcanvas/supersplat-viewer/settings';
import { Asset, type Entity, type EventHandler, type GSplatComponent, Mat4, Quat, Vec3 } from 'playcanvas';
import { openFile } from '../../api/files';
import { type Box, cropTo } from './crop';
import { add, minus, times, toScene, toWorld, type Triple } from './frame';
import type { Track } from './flight';
import { axis, lensOf, type Photo } from './geo';
import { emptySlot, makeSettings, writeSlot } from './settings';
import type { View } from './view';

interface Picker {
  pick(x: number, y: number): Promise<Vec3 | null>;
}

export interface Opening {
  container: HTMLElement;
  sceneUrl: string;
  /** What `beginScene` began. */
  contents: Response | null;
  /** Ours have z up; splats of other programs have y down, as photos do. */
  zUp: boolean;
  start: View | null;
  flight: Track | null;
  background: [number, number, number];
  onError: (error: unknown) => void;
}

type Point2 = readonly [number, number];
interface Held {
  photo: Photo;
  since_ms: number;
  from: { position: Vec3; rotation: Quat; fovDeg: number };
}

const SCENE = 'scene.sog';
const COARSE = 'coarse.sog';
const HOLD_MS = 700;
const RIM = 0.01;
const CLICKS = new Set(['pick', 'orbitTarget:set', 'navigateTo']);
const FAR_ENOUGH_S = 5;
const DEGREE = Math.PI / 180;

/** Levels of detail are a folder of files, which the engine fetches itself, coarse first. */
const isLevels = (url: string) => new URL(url, location.href).pathname.endsWith('lod-meta.json');

/** The files of a scene: the first leads to the coarse one where there is one, shown until the whole one is there. */
export interface Sources {
  sceneUrl: string;
  firstUrl: string | null;
}

export interface Begun {
  /** Null for levels of detail. */
  contents: Response | null;
  isWhole: boolean;
}

/** The file to begin with. Rejects with the server's own words. */
export async function beginScene({ sceneUrl, firstUrl }: Sources, signal: AbortSignal): Promise<Begun> {
  if (isLevels(sceneUrl)) return { contents: null, isWhole: true };
  const contents = await openFile(firstUrl ?? sceneUrl, signal);
  // Where it led, or what the server calls it, says what it is: a small scene has no coarse one.
  const place = new URL(contents.headers.get('Content-Location') ?? contents.url, contents.url);
  return { contents, isWhole: !place.pathname.endsWith(`/${COARSE}`) };
}

/** Opens a scene. Rejects when the file cannot be had; what goes wrong later is told `onError`. */
export async function openScene(opening: Opening): Promise<Scene> {
  const { container, sceneUrl, contents } = opening;
  const slot = emptySlot();
  const handle = await createViewer({
    container,
    settings: makeSettings({ ...opening, slot }),
    contentUrl: sceneUrl,
    contentFilename: contents ? SCENE : 'lod-meta.json',
    ...(contents ? { contents: Promise.resolve(contents) } : {}),
    renderer: 'webgl',
    noanim: true,
    ui: false,
  });
  // createViewer does not reject on a bad file: it only tells the assets.
  handle.app.assets.on('error', (message: unknown) => opening.onError(new Error(String(message))));
  return new Scene(handle, slot, opening.zUp);
}

export class Scene {
  /** While it is set, a click on the picture is the caller's and does not move the camera. */
  takesClicks = false;
  readonly canvas: HTMLCanvasElement;
  readonly #slot: Slot;
  #picker: Picker | null = null;
  #splat: GSplatComponent | null = null;
  #isCropped = false;
  #isGone = false;
  #held: Held | null = null;
  #listeners = new Set<() => void>();
  #seen = '';

  constructor(readonly handle: ViewerHandle, slot: Slot, zUp: boolean) {
    this.#slot = slot;
    const { app, events } = handle;
    this.canvas = app.graphicsDevice.canvas as HTMLCanvasElement;
    app.root.on('childinsert', (node: Entity) => this.#place(node, zUp));
    events.on('picker:ready', (picker: Picker) => {
      this.#picker = picker;
      queueMicrotask(() => this.#begin());
    });
    this.#takeClicks();
    app.on('update', () => this.#overrule());
    app.on('frameend', () => this.#tell());
  }

  /** The camera manager comes right after the picker, and would begin with its animation. */
  #begin(): void {
    const { app, events, state } = this.handle;
    state.cameraMode = 'orbit';
    events.fire('inputEvent', 'reset');
    app.fire('update', FAR_ENOUGH_S);
  }

  get isLoaded(): boolean {
    return this.handle.state.loaded;
  }

  #place(node: Entity, zUp: boolean): void {
    const splat = node.gsplat ?? null;
    if (zUp && node.name === 'gsplat') node.setLocalEulerAngles(-90, 0, 0);
    if (splat) this.#splat = splat;
  }

  get #component(): GSplatComponent | null {
    this.#splat ??= (this.handle.app.root.findByName('gsplat') as Entity | null)?.gsplat ?? null;
    return this.#splat;
  }

  get #camera(): Entity {
    return this.handle.app.root.findByName('camera') as Entity;
  }

  /** Click-to-focus is the engine's own listener: its events are kept from the camera instead. */
  #takeClicks(): void {
    const { events } = this.handle;
    const fire = events.fire.bind(events);
    events.fire = (name: string, ...rest: unknown[]) =>
      this.takesClicks && CLICKS.has(name) ? events : (fire as (...all: unknown[]) => typeof events)(name, ...rest);
  }

  /** Called after a frame in which the camera or the size of the picture changed. */
  onMove(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    const camera = this.#camera.camera;
    if (!camera) return;
    const { clientWidth, clientHeight } = this.canvas;
    const seen = [...camera.viewMatrix.data, ...camera.projectionMatrix.data, clientWidth, clientHeight].join();
    if (seen === this.#seen) return;
    this.#seen = seen;
    for (const listener of this.#listeners) listener();
  }

  refresh(): void {
    this.handle.app.renderNextFrame = true;
  }

  /** What is seen now. The target is where the camera turns around. */
  view(): View {
    const entity = this.#camera;
    const eye = toScene(asTriple(entity.getPosition()));
    const forward = toScene(asTriple(entity.forward));
    const reach = Math.max(this.#reach(eye, forward), 0.1);
    return { eye, target: add(eye, times(forward, reach)), fovDeg: entity.camera?.fov ?? 60 };
  }

  /** How far along the line of sight the last target lies; else the scene's middle. */
  #reach(eye: Triple, forward: Triple): number {
    const along = (point: Triple) => {
      const way = minus(point, eye);
      return way[0] * forward[0] + way[1] * forward[1] + way[2] * forward[2];
    };
    const targets = [toScene(this.#slot.position), this.centre()];
    return targets.map(along).find((reach) => reach > 0.1) ?? 10;
  }

  centre(): Triple {
    return this.box()?.centre ?? [0, 0, 0];
  }

  /** The box around all splats; a few that float far out make it large. */
  box(): (Box & { centre: Triple }) | null {
    const splat = this.#component;
    const bound = splat?.customAabb;
    if (!splat || !bound) return null;
    const world = splat.entity.getWorldTransform();
    const corners = [-1, 1].flatMap((x) => [-1, 1].flatMap((y) => [-1, 1].map((z) => {
      const corner = new Vec3(x, y, z).mul(bound.halfExtents).add(bound.center);
      return toScene(asTriple(world.transformPoint(corner)));
    })));
    const each = (choose: (...values: number[]) => number): Triple => [
      choose(...corners.map((corner) => corner[0])),
      choose(...corners.map((corner) => corner[1])),
      choose(...corners.map((corner) => corner[2])),
    ];
    // Splats lie on its very faces; a crop to all of it must lose none to rounding.
    const rim = bound.halfExtents.length() * RIM;
    const [low, high] = [add(each(Math.min), [-rim, -rim, -rim]), add(each(Math.max), [rim, rim, rim])];
    return { low, high, centre: times(add(low, high), 0.5) };
  }

  /** Move to a view; at once for people who do not want motion. */
  goTo(view: View, atOnce = false): void {
    if (!this.isLoaded) return;
    this.#held = null;
    writeSlot(this.#slot, view);
    this.handle.selectAnnotation(0);
    if (atOnce) this.handle.app.fire('update', FAR_ENOUGH_S);
    this.refresh();
  }

  /**
   * See exactly what a photo saw, its roll included, which the engine's own camera has not; until
   * the camera is moved, or `letGo`.
   */
  hold(photo: Photo, reach: number, atOnce: boolean): void {
    const entity = this.#camera;
    const from = {
      position: entity.getPosition().clone(),
      rotation: entity.getRotation().clone(),
      fovDeg: this.#upright(entity),
    };
    const forward = axis(photo, 2);
    const target = add(photo.position, times(forward, reach));
    this.goTo({ eye: photo.position, target, fovDeg: entity.camera?.fov ?? 60 }, true);
    this.#held = { photo, since_ms: performance.now() - (atOnce ? HOLD_MS : 0), from };
    this.refresh();
  }

  letGo(): void {
    this.#held = null;
    this.refresh();
  }

  get heldPhoto(): Photo | null {
    return this.#held?.photo ?? null;
  }

  /** The vertical field of view, whichever one the camera counts in. */
  #upright(entity: Entity): number {
    const camera = entity.camera;
    if (!camera) return 60;
    if (!camera.horizontalFov) return camera.fov;
    return (2 * Math.atan(Math.tan((camera.fov * DEGREE) / 2) / camera.aspectRatio)) / DEGREE;
  }

  #aspect(): number {
    const target = this.#camera.camera?.renderTarget;
    const { width, height } = target ?? this.canvas;
    return width / height;
  }

  /** After the engine has placed its camera: where a photo is held, it is placed there. */
  #overrule(): void {
    const held = this.#held;
    const camera = this.#camera.camera;
    if (!held || !camera) return;
    if (this.handle.state.cameraMode !== 'orbit') { this.#held = null; return; }
    const share = Math.min(1, (performance.now() - held.since_ms) / HOLD_MS);
    const eased = share * share * (3 - 2 * share);
    const position = new Vec3(...toWorld(held.photo.position));
    const rotation = rotationOf(held.photo);
    this.#camera.setPosition(new Vec3().lerp(held.from.position, position, eased));
    this.#camera.setRotation(new Quat().slerp(held.from.rotation, rotation, eased));
    const fovDeg = fittingFovDeg(held.photo, this.#aspect());
    camera.horizontalFov = false;
    camera.fov = held.from.fovDeg + (fovDeg - held.from.fovDeg) * eased;
    if (share < 1) this.refresh();
  }

  /** Where the held photo's frame is in the picture, in CSS pixels: left, top, width, height. */
  photoFrame(): readonly [number, number, number, number] | null {
    const photo = this.#held?.photo;
    if (!photo) return null;
    const { clientWidth: wide, clientHeight: high } = this.canvas;
    const lens = lensOf(photo);
    const shape = lens.width_px / lens.height_px;
    const width = Math.min(wide, high * shape);
    const height = width / shape;
    return [(wide - width) / 2, (high - height) / 2, width, height];
  }

  /** The point of the scene under a point of the picture (CSS pixels); null over nothing. */
  async pick(x: number, y: number): Promise<Triple | null> {
    const { clientWidth, clientHeight } = this.canvas;
    const hit = await this.#picker?.pick(x / clientWidth, y / clientHeight);
    return hit ? toScene(asTriple(hit)) : null;
  }

  /** Where a point of the scene is in the picture (CSS pixels); null behind the camera. */
  project(point: Triple): Point2 | null {
    const camera = this.#camera.camera;
    if (!camera) return null;
    const [x, y, z] = toWorld(point);
    const m = camera.viewMatrix.data;
    const p = camera.projectionMatrix.data;
    const seen = (row: number) => num(m, row) * x + num(m, row + 4) * y + num(m, row + 8) * z + num(m, row + 12);
    const [vx, vy, vz] = [seen(0), seen(1), seen(2)];
    if (vz > -1e-3) return null;
    const right = (num(p, 0) * vx + num(p, 8) * vz) / -vz;
    const up = (num(p, 5) * vy + num(p, 9) * vz) / -vz;
    const { clientWidth, clientHeight } = this.canvas;
    return [((right + 1) / 2) * clientWidth, ((1 - up) / 2) * clientHeight];
  }

  /**
   * Shows the whole scene in the place of the coarse one. The engine draws the old one until the new
   * one is sorted, so nothing flashes. Rejects when the file cannot be read.
   */
  async refine(contents: Response): Promise<void> {
    const { app } = this.handle;
    // As the viewer itself hands it over: the engine's parser awaits a response, whatever its types say.
    const given = Promise.resolve(contents) as unknown as ArrayBuffer;
    const asset = new Asset(SCENE, 'gsplat', { url: contents.url, filename: SCENE, contents: given });
    await new Promise<void>((done, fail) => {
      asset.once('load', () => done());
      asset.once('error', (message: unknown) => fail(new Error(String(message))));
      app.assets.add(asset);
      app.assets.load(asset);
    });
    const splat = this.#component;
    if (!splat || this.#isGone) return;
    const coarse = app.assets.get(splat.asset as number);
    splat.asset = asset;
    this.refresh();
    await this.#shown();
    if (coarse && !this.#isGone) {
      app.assets.remove(coarse);
      coarse.unload();
    }
  }

  /** When what was changed is sorted and drawn. */
  #shown(): Promise<void> {
    const { app } = this.handle;
    const system = app.systems.gsplat as unknown as EventHandler;
    return new Promise((done) => {
      const look = (_camera: unknown, _layer: unknown, isReady: boolean, loading: number) => {
        if (!isReady || loading > 0) return;
        system.off('frame:ready', look);
        app.once('frameend', () => done());
        this.refresh();
      };
      system.on('frame:ready', look);
    });
  }

  crop(box: Box | null): void {
    const splat = this.#component;
    if (!splat) return;
    cropTo(splat, box, this.#isCropped);
    this.#isCropped = box !== null;
    this.refresh();
  }

  /** The present view as a PNG. */
  async picture(width = this.canvas.width, height = this.canvas.height): Promise<Blob> {
    const frame = await this.handle.captureFrame({ width, height, supersample: 1 });
    const sheet = new OffscreenCanvas(frame.width, frame.height);
    const bytes = Uint8ClampedArray.from(atob(frame.data), (letter) => letter.charCodeAt(0));
    sheet.getContext('2d')?.putImageData(new ImageData(bytes, frame.width, frame.height), 0, 0);
    return sheet.convertToBlob({ type: 'image/png' });
  }

  destroy(): void {
    this.#isGone = true;
    this.#listeners.clear();
    this.handle.destroy();
  }
}

const num = (matrix: Float32Array, index: number): number => matrix[index] as number;
const asTriple = (vector: Vec3): Triple => [vector.x, vector.y, vector.z];

function rotationOf(photo: Photo): Quat {
  const right = toWorld(axis(photo, 0));
  const up = toWorld(times(axis(photo, 1), -1));
  const back = toWorld(times(axis(photo, 2), -1));
  const matrix = new Mat4();
  matrix.set([...right, 0, ...up, 0, ...back, 0, 0, 0, 0, 1]);
  return new Quat().setFromMat4(matrix);
}

/** The vertical field of view in which the whole photo is seen in a picture of this aspect. */
export function fittingFovDeg(photo: Photo, aspect: number): number {
  const lens = lensOf(photo);
  const high = lens.height_px / (2 * lens.focal_y_px);
  const wide = lens.width_px / (2 * lens.focal_x_px);
  return (2 * Math.atan(Math.max(high, wide / aspect))) / DEGREE;
}
