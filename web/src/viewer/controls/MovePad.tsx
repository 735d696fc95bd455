import type { Scene } from '../engine/scene';
import type { ViewerIcon } from '../icons';
import { words } from '../words';
import styles from './MovePad.module.css';
import { ToolButton } from './ToolButton';

const WAYS: readonly { name: string; icon: ViewerIcon; x: number; z: number; place: string | undefined }[] = [
  { name: words.move.forward, icon: 'up', x: 0, z: 1, place: styles.forward },
  { name: words.move.left, icon: 'back', x: -1, z: 0, place: styles.left },
  { name: words.move.right, icon: 'next', x: 1, z: 0, place: styles.right },
  { name: words.move.back, icon: 'down', x: 0, z: -1, place: styles.backward },
];

/** Flying without a keyboard: hold a button to move, drag the picture to look around. */
export function MovePad({ scene }: { scene: Scene }) {
  const stop = () => scene.handle.setMoveInput(0, 0);
  return (
    <div className={styles.pad} role="group" aria-label={words.move.label}>
      {WAYS.map(({ name, icon, x, z, place }) => (
        <span key={name} className={place}>
          <ToolButton icon={icon} name={name} onPointerDown={() => scene.handle.setMoveInput(x, z)}
            onPointerUp={stop} onPointerLeave={stop} onPointerCancel={stop} onBlur={stop}
            onKeyDown={(event) => { if (event.key === ' ' || event.key === 'Enter') scene.handle.setMoveInput(x, z); }}
            onKeyUp={stop} />
        </span>
      ))}
    </div>
  );
}
