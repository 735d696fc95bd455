import { createViewer, type ViewerHandle } from '@playcanvas/supersplat-viewer/viewer';
import { useEffect, useRef, useState } from 'react';
import { ErrorNotice } from '../ui/Notice';
import styles from './SplatViewer.module.css';

export interface SplatViewerProps {
  /** Where the `.sog` is; a redirect to a presigned link is followed. */
  sceneUrl: string;
  /** geo.json: where on Earth the scene's frame (east, north, up) is. */
  geoUrl?: string;
  /** The photos' cameras, for the overlay. */
  posesUrl?: string;
  /** The drone's path, for the fly-through. */
  flightUrl?: string;
  /** What the scene is called, for the canvas's accessible name and for links. */
  title?: string;
  /** Our controls around the scene; without them it only turns. */
  chrome: boolean;
  /** The first frame is drawn. */
  onLoaded?: () => void;
}

const SETTINGS = {
  version: 2,
  tonemapping: 'none',
  highPrecisionRendering: false,
  background: { color: [0.94, 0.94, 0.92] },
  postEffectSettings: {
    sharpness: { enabled: false, amount: 0 },
    bloom: { enabled: false, intensity: 1, blurLevel: 2 },
    grading: { enabled: false, brightness: 0, contrast: 1, saturation: 1, tint: [1, 1, 1] },
    vignette: { enabled: false, intensity: 0.5, inner: 0.3, outer: 0.75, curvature: 1 },
    fringing: { enabled: false, intensity: 0.5 },
  },
  animTracks: [],
  cameras: [],
  annotations: [],
  startMode: 'default',
};

/** A splat to walk around in. The place where `viewer` grows: see SplatViewerProps. */
export default function SplatViewer({ sceneUrl, chrome, onLoaded }: SplatViewerProps) {
  const container = useRef<HTMLDivElement>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let handle: ViewerHandle | null = null;
    let gone = false;
    const start = async () => {
      handle = await createViewer({
        container: container.current as HTMLDivElement,
        settings: SETTINGS,
        contentUrl: sceneUrl,
        renderer: 'webgl',
        ui: false,
      });
      if (gone) return handle.destroy();
      // createViewer does not reject on a bad file: it only tells the assets.
      handle.app.assets.on('error', (message: unknown) => setError(new Error(String(message))));
      handle.events.on('loaded:changed', () => onLoaded?.());
    };
    start().catch(setError);
    return () => {
      gone = true;
      handle?.destroy();
    };
  }, [sceneUrl, onLoaded]);
  return (
    <div className={styles.viewer} data-chrome={chrome}>
      <div ref={container} className={styles.scene} />
      {error ? <ErrorNotice error={error} /> : null}
    </div>
  );
}
