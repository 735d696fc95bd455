import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { CropPanel } from './controls/CropPanel';
import { HelpPanel } from './controls/HelpPanel';
import { MeasurePanel, type Kind } from './controls/MeasurePanel';
import { MovePad } from './controls/MovePad';
import { AnnotationPins } from './controls/AnnotationPins';
import { AnnotationsPanel } from './controls/AnnotationsPanel';
import { PhotosPanel } from './controls/PhotosPanel';
import { PhotoSide } from './controls/PhotoSide';
import { Playback } from './controls/Playback';
import { Readout } from './controls/Readout';
import { SharePanel } from './controls/SharePanel';
import { type Tool, Toolbar } from './controls/Toolbar';
import type { Box } from './engine/crop';
import { add, lengthOf, minus, type Triple } from './engine/frame';
import { type Geo, lookedAt, type Photo, subject } from './engine/geo';
import { draw, photoAt } from './engine/overlay';
import type { Scene } from './engine/scene';
import { fromAbove, overview, turned, type Turn, type View } from './engine/view';
import { browserAnnotations } from './annotations';
import type { SplatViewerProps } from './SplatViewer';
import styles from './SplatViewer.module.css';
import { useClicks } from './useClicks';
import { useAnnotations } from './useAnnotations';
import { type Opened, useEngine, useStillness } from './useScene';

const STEP_DEG = 15;
const NEARER = 0.8;
/** Steps that come while the last one still moves go on from where that one ends. */
const MOVING_MS = 1200;
const NARROW = '(max-width: 40rem)';
const KEYS: Record<string, Turn> = {
  ArrowLeft: { rightDeg: -STEP_DEG }, ArrowRight: { rightDeg: STEP_DEG },
  ArrowUp: { upDeg: STEP_DEG }, ArrowDown: { upDeg: -STEP_DEG },
  '+': { distance: NEARER }, '=': { distance: NEARER }, '-': { distance: 1 / NEARER },
};

interface Props extends SplatViewerProps {
  title: string;
  opened: Opened & { scene: Scene };
}

/** Everything around the picture: tools, panels, what is drawn over it. */
export function Chrome({ title, opened, sceneUrl, photoUrl, annotations: store, links, sharing, backHref }: Props) {
  const { scene, geo, home } = opened;
  const still = useStillness();
  const mode = useEngine(scene, 'cameraMode', 'orbit');
  const [tool, setTool] = useState<Tool | null>(null);
  const [photosShown, setPhotosShown] = useState(true);
  const [photo, setPhoto] = useState<Photo | null>(null);
  const [kind, setKind] = useState<Kind>('distance');
  const [points, setPoints] = useState<Triple[]>([]);
  const [isMissed, setMissed] = useState(false);
  const [box, setBox] = useState<Box | null>(null);
  const [isCropped, setCropped] = useState(false);
  const annotations = useAnnotations(useMemo(() => store ?? browserAnnotations(sceneUrl), [store, sceneUrl]));
  const { go, step } = useMoves(scene, still);
  const everything = useCallback(() => homeOf(scene, home), [scene, home]);

  const place = useCallback((point: Triple) => {
    setMissed(false);
    if (tool === 'annotations') annotations.begin(point, scene.view());
    else setPoints((before) => (kind === 'height' && before.length > 1 ? [point] : [...before, point]));
  }, [tool, kind, annotations.begin, scene]);
  const open = useCallback((next: Photo | null) => {
    setPhoto(next);
    if (next) scene.hold(next, reachOf(next, geo?.groundUp ?? null), still);
    else scene.letGo();
  }, [scene, geo, still]);

  const close = useCallback(() => {
    if (tool === 'photos') open(null);
    setTool(null);
    scene.canvas.focus({ preventScroll: true });
  }, [tool, open, scene]);
  const choose = (next: Tool) => {
    if (tool === next) return close();
    open(null);
    setTool(next);
    if (next === 'photos' && geo) go(photosView(geo, everything()));
  };

  // On a phone there is room for a panel or for what moves, not for both.
  useEffect(() => { if (mode !== 'orbit' && matchMedia(NARROW).matches) setTool(null); }, [mode]);

  const takesPoints = tool === 'measure' || (tool === 'annotations' && annotations.mayWrite);
  // The first pick compiles a shader: better now than at the first click.
  useEffect(() => { if (takesPoints) void scene.pick(0, 0); }, [scene, takesPoints]);
  useClicks(scene, takesPoints, {
    onPoint: place,
    onMiss: () => setMissed(true),
    onClick: (at) => {
      const hit = tool === 'photos' && photosShown && geo ? photoAt(scene, geo.photos, at) : null;
      if (hit) open(hit);
      return hit !== null;
    },
  });
  useKeys(scene, { step, home: () => go(everything()), close, place, takesPoints, onMiss: () => setMissed(true) });

  const photos = useMemo(() => (tool === 'photos' && photosShown ? geo?.photos ?? [] : []), [tool, photosShown, geo]);
  const drawn = {
    photos,
    frustum: frustumOf(geo?.photos ?? []),
    chosen: photo,
    points: tool === 'measure' ? points : [],
    isClosed: kind === 'area',
    box: tool === 'crop' && isCropped ? box : null,
    cross: takesPoints,
  };
  const overlay = useOverlay(scene, drawn);
  useEffect(() => scene.crop(isCropped ? box : null), [scene, isCropped, box]);

  return (
    <>
      <canvas ref={overlay} className={styles.overlay} aria-hidden="true" />
      <AnnotationPins scene={scene} annotations={annotations.all} draft={annotations.draft} onGo={(annotation) => { setTool('annotations'); go(annotation.view); }} />
      <Toolbar
        scene={scene} title={title} tool={tool} backHref={backHref} hasPhotos={(geo?.photos.length ?? 0) > 0}
        mode={mode} onTool={choose} onStep={step} onHome={() => go(everything())}
        onAbove={() => go(aboveOf(scene, opened))}
      />
      {photo ? <PhotoSide photo={photo} photos={geo?.photos ?? []} url={photoUrl?.(photo) ?? null} scene={scene} onOpen={open} /> : null}
      {tool === 'photos' && !photo ? (
        <PhotosPanel photos={geo?.photos ?? []} isShown={photosShown} onShow={setPhotosShown} onOpen={open} onClose={close} />
      ) : null}
      {tool === 'measure' ? (
        <MeasurePanel kind={kind} points={points} geo={geo} isMissed={isMissed} title={title}
          onKind={(next) => { setKind(next); setPoints([]); }} onPoints={setPoints} onClose={close} />
      ) : null}
      {tool === 'annotations' ? (
        <AnnotationsPanel annotations={annotations} origin={geo?.origin ?? null} isMissed={isMissed} title={title} onGo={go} onClose={close} />
      ) : null}
      {tool === 'crop' ? (
        <CropPanel whole={scene.box()} box={box} isOn={isCropped} onBox={setBox} onSwitch={setCropped} onClose={close} />
      ) : null}
      {tool === 'share' ? <SharePanel scene={scene} title={title} links={links} sharing={sharing} onClose={close} /> : null}
      {tool === 'help' ? <HelpPanel onClose={close} /> : null}
      <div className={styles.foot}>
        {mode === 'anim' ? <Playback scene={scene} onClose={() => { scene.handle.state.cameraMode = 'orbit'; }} /> : null}
        {mode === 'fly' ? <MovePad scene={scene} /> : null}
        <Readout scene={scene} origin={geo?.origin ?? null} isScaled={geo?.isMetric ?? false} />
      </div>
    </>
  );
}

/** Moves to views, and by steps around what is looked at. */
function useMoves(scene: Scene, still: boolean) {
  const goal = useRef<{ view: View; until: number } | null>(null);
  const go = useCallback((view: View) => {
    goal.current = { view, until: performance.now() + MOVING_MS };
    scene.goTo(view, still);
  }, [scene, still]);
  const step = useCallback((turn: Turn) => {
    const isMoving = goal.current && performance.now() < goal.current.until;
    go(turned(isMoving && goal.current ? goal.current.view : scene.view(), turn));
  }, [go, scene]);
  return { go, step };
}

interface KeyActions {
  step: (turn: Turn) => void;
  home: () => void;
  close: () => void;
  takesPoints: boolean;
  place: (point: Triple) => void;
  onMiss: () => void;
}

/** The keys that the engine has not: turning, everything, a point in the middle, and closing a tool. */
function useKeys(scene: Scene, actions: KeyActions): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (!act(event.key, scene, latest.current)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    scene.canvas.addEventListener('keydown', press);
    return () => scene.canvas.removeEventListener('keydown', press);
  }, [scene]);
}

function act(key: string, scene: Scene, { step, home, close, takesPoints, place, onMiss }: KeyActions): boolean {
  const turn = KEYS[key];
  if (turn && scene.handle.state.cameraMode === 'orbit') step(turn);
  else if (key === 'Home') home();
  else if (key === 'Escape') close();
  else if (key === 'Enter' && takesPoints) {
    const { clientWidth, clientHeight } = scene.canvas;
    void scene.pick(clientWidth / 2, clientHeight / 2).then((point) => (point ? place(point) : onMiss()));
  } else return false;
  return true;
}

function useOverlay(scene: Scene, drawn: Parameters<typeof draw>[2]) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef(drawn);
  latest.current = drawn;
  useEffect(() => {
    const redraw = () => { if (canvas.current) draw(canvas.current, scene, latest.current); };
    return scene.onMove(redraw);
  }, [scene]);
  useEffect(() => { if (canvas.current) draw(canvas.current, scene, drawn); });
  return canvas;
}

function homeOf(scene: Scene, home: View | null): View {
  if (home) return home;
  const { low, high, centre } = scene.box() ?? { low: [-1, -1, -1], high: [1, 1, 1], centre: [0, 0, 0] as Triple };
  return overview(centre, lengthOf(minus(high as Triple, low as Triple)) / 2);
}

/** The cameras and what they looked at, in one view. */
function photosView(geo: Geo, home: View): View {
  const up = geo.photos.reduce((sum, photo) => sum + photo.position[2], 0) / (geo.photos.length || 1);
  const rise = Math.max(0, up - home.target[2]);
  const target: Triple = [home.target[0], home.target[1], home.target[2] + rise / 2];
  const reach = lengthOf(minus(home.eye, home.target));
  return turned({ ...home, target, eye: add(home.eye, [0, 0, rise / 2]) }, { distance: 1 + rise / reach, upDeg: -15 });
}

function aboveOf(scene: Scene, { geo, home }: Opened): View {
  const seen = geo && subject(geo);
  if (seen) return fromAbove(seen.centre, seen.radius);
  const view = homeOf(scene, home);
  return fromAbove(view.target, lengthOf(minus(view.eye, view.target)) / 2);
}

/** How far a photo looked, where the ground is known; the orbit turns around that point. */
function reachOf(photo: Photo, groundUp: number | null): number {
  const hit = groundUp === null ? null : lookedAt(photo, groundUp);
  return hit ? lengthOf(minus(hit, photo.position)) : 10;
}

/** A third of the way between neighbours, so that frames do not cover each other. */
function frustumOf(photos: readonly Photo[]): number {
  const ways = photos.slice(1)
    .map((photo, index) => lengthOf(minus(photo.position, (photos[index] as Photo).position)))
    .sort((a, b) => a - b);
  return Math.max(0.05, (ways[Math.floor(ways.length / 2)] ?? 3) / 3);
}
