// What the engine is told at the start. The one annotation is a slot: `Scene.goTo` writes the view
// into it and selects it, which is how the engine is moved to any view with its own easing.
import type { Annotation as Slot, ExperienceSettings } from '@playcanvas/supersplat-viewer/settings';
import { toWorld } from './frame';
import type { Track } from './flight';
import type { View } from './view';

const NO_EFFECTS = {
  sharpness: { enabled: false, amount: 0 },
  bloom: { enabled: false, intensity: 1, blurLevel: 2 },
  grading: { enabled: false, brightness: 0, contrast: 1, saturation: 1, tint: [1, 1, 1] as [number, number, number] },
  vignette: { enabled: false, intensity: 0.5, inner: 0.3, outer: 0.75, curvature: 1 },
  fringing: { enabled: false, intensity: 0.5 },
};

export interface Wishes {
  background: [number, number, number];
  /** Where the camera is at first; the whole scene without one. */
  start: View | null;
  flight: Track | null;
  slot: Slot;
}

/** A slot that looks at nothing in particular yet. */
export function emptySlot(): Slot {
  return {
    position: [0, 0, 0], title: '', text: '',
    camera: { initial: { position: [0, 0, 1], target: [0, 0, 0], fov: 60 } },
  };
}

export function writeSlot(slot: Slot, view: View): void {
  const target = [...toWorld(view.target)] as [number, number, number];
  slot.position = target;
  slot.camera.initial = {
    position: [...toWorld(view.eye)] as [number, number, number], target, fov: view.fovDeg,
  };
}

export function makeSettings({ background, start, flight, slot }: Wishes): ExperienceSettings {
  const camera = start && {
    initial: {
      position: [...toWorld(start.eye)] as [number, number, number],
      target: [...toWorld(start.target)] as [number, number, number],
      fov: start.fovDeg,
    },
  };
  return {
    version: 2,
    tonemapping: 'none',
    highPrecisionRendering: false,
    background: { color: background },
    postEffectSettings: NO_EFFECTS,
    animTracks: flight ? [flight] : [],
    cameras: camera ? [camera] : [],
    annotations: [slot],
    startMode: flight ? 'animTrack' : 'default',
  };
}
