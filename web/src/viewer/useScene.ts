import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { ViewerState } from '@playcanvas/supersplat-viewer/viewer';
import { openFile } from '../api/files';
import { ApiError } from '../api/problem';
import { trackOf } from './engine/flight';
import { type Geo, readGeo, subject } from './engine/geo';
import { beginScene, openScene, type Scene, type Sources } from './engine/scene';
import { decodeView, overview, type View } from './engine/view';
import { words } from './words';

export interface Opened {
  scene: Scene | null;
  /** Null while it is on its way, and where there is none. */
  geo: Geo | null;
  /** Where the scene began, and where Home goes. */
  home: View | null;
  isLoaded: boolean;
  /** What is shown is all that there is, not the coarse level. */
  isWhole: boolean;
  percent: number;
  error: unknown;
  retry: () => void;
}

const GEO_MS = 6000;
const BLANK = { scene: null, geo: null, home: null, isLoaded: false, isWhole: false, percent: 0, error: null };

/** geo.json; null where the scene has none, or where it does not come in time to begin with. */
async function fetchGeo(url: Geo | string | undefined, signal: AbortSignal): Promise<{ geo: Geo | null; isMissing: boolean }> {
  if (typeof url !== 'string') return { geo: url ?? null, isMissing: false };
  try {
    const response = await openFile(url, AbortSignal.any([signal, AbortSignal.timeout(GEO_MS)]));
    return { geo: readGeo(await response.json()), isMissing: false };
  } catch (error) {
    // A scene without a readable frame is still a scene: it is shown, without what needs one.
    return { geo: null, isMissing: error instanceof ApiError && error.status === 404 };
  }
}

function sceneColour(container: HTMLElement): [number, number, number] {
  const [red = 0, green = 0, blue = 0] = getComputedStyle(container).backgroundColor.match(/[\d.]+/g)?.map(Number) ?? [];
  return [red / 255, green / 255, blue / 255];
}

/** A scene in a container, from its files' addresses; gone again with the component. */
export function useScene(container: React.RefObject<HTMLDivElement | null>, { sceneUrl, firstUrl }: Sources, geoUrl: Geo | string | undefined): Opened {
  const [state, setState] = useState<Omit<Opened, 'retry'>>(BLANK);
  const [turn, setTurn] = useState(0);
  const retry = useCallback(() => setTurn((before) => before + 1), []);
  useEffect(() => {
    const gone = new AbortController();
    let scene: Scene | null = null;
    const fail = (error: unknown) => {
      if (!gone.signal.aborted) setState((before) => (before.isLoaded ? before : { ...before, error }));
    };
    const contents = beginScene({ sceneUrl, firstUrl }, gone.signal);
    contents.catch(() => {}); // awaited below, later
    const complete = async (opened: Scene) => {
      try {
        await opened.refine(await openFile(sceneUrl, gone.signal));
        if (!gone.signal.aborted) setState((before) => ({ ...before, isWhole: true }));
      } catch (error) {
        const isToldWhy = error instanceof ApiError || error instanceof TypeError;
        if (!gone.signal.aborted) setState((before) => ({ ...before, error: isToldWhy ? error : new Error(words.broken) }));
      }
    };
    const open = async () => {
      const box = container.current as HTMLDivElement;
      const { geo, isMissing } = await fetchGeo(geoUrl, gone.signal);
      const seen = geo && subject(geo);
      const home = seen ? overview(seen.centre, seen.radius) : null;
      const begun = await contents;
      scene = await openScene({
        container: box,
        sceneUrl,
        zUp: !isMissing,
        start: decodeView(location.hash) ?? home,
        flight: geo && trackOf(geo),
        background: sceneColour(box),
        contents: begun.contents,
        onError: () => fail(new Error(words.broken)),
      });
      if (gone.signal.aborted) return scene.destroy();
      const opened = scene;
      const { events } = opened.handle;
      events.on('progress:changed', (percent: number) => setState((before) => ({ ...before, percent })));
      events.on('loaded:changed', () => {
        setState((before) => ({ ...before, isLoaded: true, isWhole: begun.isWhole, error: null }));
        if (!begun.isWhole) void complete(opened);
      });
      setState((before) => ({ ...before, scene: opened, geo, home }));
    };
    setState(BLANK);
    open().catch((error: unknown) => fail(hasWebGl() ? error : new Error(words.noWebGl)));
    return () => {
      gone.abort();
      scene?.destroy();
    };
  }, [container, sceneUrl, firstUrl, geoUrl, turn]);
  return { ...state, retry };
}

function hasWebGl(): boolean {
  return new OffscreenCanvas(1, 1).getContext('webgl2') !== null;
}

/** One of the engine's own observable values. */
export function useEngine<Key extends keyof ViewerState>(scene: Scene | null, key: Key, blank: ViewerState[Key]): ViewerState[Key] {
  return useSyncExternalStore(
    useCallback((changed) => {
      const handle = scene?.handle.events.on(`${key}:changed`, changed);
      return () => { handle?.off(); };
    }, [scene, key]),
    () => (scene ? scene.handle.state[key] : blank),
  );
}

const STILL = '(prefers-reduced-motion: reduce)';

/** Whether views change at once, for people who asked for no motion. */
export function useStillness(): boolean {
  const query = useRef(matchMedia(STILL));
  return useSyncExternalStore(
    (changed) => {
      query.current.addEventListener('change', changed);
      return () => query.current.removeEventListener('change', changed);
    },
    () => query.current.matches,
  );
}
