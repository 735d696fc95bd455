import { type ReactNode, useEffect, useRef } from 'react';
import { ErrorNotice } from '../ui/Notice';
import { Chrome } from './Chrome';
import { Loading } from './controls/Loading';
import type { Geo, Photo } from './engine/geo';
import type { AnnotationStore } from './annotations';
import styles from './SplatViewer.module.css';
import { useScene } from './useScene';
import { words } from './words';

export interface SplatViewerProps {
  /** Where the `.sog` is, or the `lod-meta.json` of one in levels; a redirect is followed. */
  sceneUrl: string;
  /** Leads to a small one of the same scene, shown until the whole one is there, or to the whole. */
  firstUrl?: string;
  /** geo.json: where the scene's frame (east, north, up) is on Earth, and its photos in it. */
  geoUrl?: string;
  /** In geo.json's place, for whoever may not have that: no photos, and the place only where it is shown. */
  frame?: Geo;
  /** What the scene is called, for the canvas's accessible name and for file names. */
  title?: string;
  /** Our controls around the scene; without them it only turns. */
  chrome: boolean;
  /** Where a photo is to be had; null: it is not at hand. */
  photoUrl?: (photo: Photo) => string | null;
  /** Where annotations are kept; without it, in this browser under the scene's address. */
  annotations?: AnnotationStore;
  /** The pages that links name: this view, and the same for a frame of anybody's page. */
  links?: { page: string; embed?: string };
  /** What the owner may give away, with the present view in it. */
  sharing?: (view: string) => ReactNode;
  /** Where Back leads. */
  backHref?: string;
  /** The first frame is drawn. */
  onLoaded?: () => void;
}

/** A splat to walk around in, upright, in metres where its photos had GPS. */
export default function SplatViewer(props: SplatViewerProps) {
  const { sceneUrl, firstUrl = null, geoUrl, frame, title = words.untitled, chrome, onLoaded } = props;
  const container = useRef<HTMLDivElement>(null);
  const opened = useScene(container, { sceneUrl, firstUrl }, frame ?? geoUrl);
  const { scene, isLoaded, isWhole, percent, error, retry } = opened;
  useEffect(() => {
    if (isLoaded) onLoaded?.();
  }, [isLoaded, onLoaded]);
  useEffect(() => {
    if (scene) prepareCanvas(scene.canvas, title);
  }, [scene, title]);
  useEffect(() => {
    if (!scene) return;
    const { state } = scene.handle;
    // Keys move the scene only while it has the focus: never while somebody types elsewhere.
    const follow = () => { state.inputEnabled = document.activeElement === scene.canvas; };
    const take = () => scene.canvas.focus({ preventScroll: true });
    follow();
    document.addEventListener('focusin', follow);
    document.addEventListener('focusout', follow);
    scene.canvas.addEventListener('pointerdown', take);
    return () => {
      document.removeEventListener('focusin', follow);
      document.removeEventListener('focusout', follow);
      scene.canvas.removeEventListener('pointerdown', take);
    };
  }, [scene]);
  return (
    <div className={styles.viewer} data-chrome={chrome} data-loaded={isLoaded} data-whole={isWhole}>
      <div ref={container} className={styles.scene} />
      {scene && isLoaded && chrome ? <Chrome {...props} title={title} opened={{ ...opened, scene }} /> : null}
      {isLoaded || error ? null : <Loading percent={percent} />}
      {error ? <div className={isLoaded ? styles.aside : styles.error}><ErrorNotice error={error} onRetry={retry} /></div> : null}
    </div>
  );
}

function prepareCanvas(canvas: HTMLCanvasElement, title: string): void {
  canvas.tabIndex = 0;
  canvas.setAttribute('role', 'application');
  canvas.setAttribute('aria-label', words.canvas(title));
  canvas.setAttribute('aria-description', words.canvasHelp);
}
