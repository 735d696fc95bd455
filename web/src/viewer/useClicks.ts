import { useEffect, useRef } from 'react';
import type { Triple } from './engine/frame';
import type { Scene } from './engine/scene';

/** A press that moves less is a click, for mice and for fingers. */
const STILL_PX = 6;

interface Actions {
  onPoint: (point: Triple) => void;
  onMiss: () => void;
  /** Whether the click meant something else than the scene. */
  onClick: (at: readonly [number, number]) => boolean;
}

/** Clicks on the picture: on something drawn over it, or on a point of the scene where `takesPoints`. */
export function useClicks(scene: Scene, takesPoints: boolean, actions: Actions): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const { canvas } = scene;
    let down: { x: number; y: number } | null = null;
    const press = (event: PointerEvent) => {
      scene.letGo();
      down = event.isPrimary && event.button === 0 ? { x: event.offsetX, y: event.offsetY } : null;
      const isMeant = down !== null && latest.current.onClick([event.offsetX, event.offsetY]);
      if (isMeant) down = null;
      scene.takesClicks = takesPoints || isMeant;
    };
    const release = (event: PointerEvent) => {
      const moved = down ? Math.hypot(event.offsetX - down.x, event.offsetY - down.y) : Infinity;
      down = null;
      if (moved > STILL_PX || !takesPoints) return;
      void scene.pick(event.offsetX, event.offsetY)
        .then((point) => (point ? latest.current.onPoint(point) : latest.current.onMiss()));
    };
    const unhold = () => scene.letGo();
    canvas.addEventListener('pointerdown', press);
    canvas.addEventListener('pointerup', release);
    canvas.addEventListener('wheel', unhold, { passive: true });
    return () => {
      scene.takesClicks = false;
      canvas.removeEventListener('pointerdown', press);
      canvas.removeEventListener('pointerup', release);
      canvas.removeEventListener('wheel', unhold);
    };
  }, [scene, takesPoints]);
}
