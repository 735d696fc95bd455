import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import type { Scene } from '../engine/scene';
import type { Turn } from '../engine/view';
import { Glyph, type ViewerIcon } from '../icons';
import { useEngine } from '../useScene';
import { words } from '../words';
import styles from './Toolbar.module.css';
import { ToolButton } from './ToolButton';

export type Tool = 'photos' | 'measure' | 'annotations' | 'crop' | 'share' | 'help';
const TOOLS: readonly Tool[] = ['photos', 'measure', 'annotations', 'crop', 'share', 'help'];
const STEP_DEG = 30;
const NEARER = 0.7;

interface Props {
  scene: Scene;
  title: string;
  tool: Tool | null;
  mode: string;
  hasPhotos: boolean;
  backHref: string | undefined;
  onTool: (tool: Tool) => void;
  onStep: (turn: Turn) => void;
  onHome: () => void;
  onAbove: () => void;
}

/** Two bars: what the scene is and the tools; below, how to move. */
export function Toolbar({ scene, title, tool, mode, hasPhotos, backHref, onTool, onStep, onHome, onAbove }: Props) {
  const { state } = scene.handle;
  const hasFlight = hasPhotos && state.hasAnimation;
  return (
    <>
      <header className={styles.top}>
        {backHref ? (
          <Link href={backHref} className={styles.back} aria-label={words.tools.back} title={words.tools.back}><Glyph name="back" /></Link>
        ) : null}
        <h1 className={styles.title}>{title}</h1>
        <div className={styles.tools} role="group" aria-label={words.tools.label}>
          {TOOLS.map((name) => (
            <ToolButton key={name} icon={name as ViewerIcon} name={words.tools[name]} labelled
              aria-expanded={tool === name} onClick={() => onTool(name)} />
          ))}
        </div>
      </header>
      <div className={styles.bottom} role="group" aria-label={words.move.label}>
        <ToolButton icon="orbit" name={words.tools.orbit} aria-pressed={mode === 'orbit'} onClick={() => { state.cameraMode = 'orbit'; }} />
        <ToolButton icon="fly" name={words.tools.fly} aria-pressed={mode === 'fly'} onClick={() => fly(scene)} />
        {hasFlight ? (
          <ToolButton icon="flight" name={words.tools.flight} aria-pressed={mode === 'anim'} onClick={() => playFlight(scene)} />
        ) : null}
        <span className={styles.rule} />
        <ToolButton icon="home" name={words.tools.home} onClick={onHome} />
        <ToolButton icon="above" name={words.tools.above} onClick={onAbove} />
        <span className={styles.steps}>
          <ToolButton icon="left" name={words.tools.left} onClick={() => onStep({ rightDeg: -STEP_DEG })} />
          <ToolButton icon="right" name={words.tools.right} onClick={() => onStep({ rightDeg: STEP_DEG })} />
        </span>
        <ToolButton icon="plus" name={words.tools.nearer} onClick={() => onStep({ distance: NEARER })} />
        <ToolButton icon="minus" name={words.tools.farther} onClick={() => onStep({ distance: 1 / NEARER })} />
        <span className={styles.rule} />
        <FullScreen scene={scene} />
        <Headset scene={scene} />
      </div>
    </>
  );
}

function fly(scene: Scene): void {
  scene.letGo();
  scene.handle.state.cameraMode = 'fly';
  scene.canvas.focus({ preventScroll: true });
}

function playFlight(scene: Scene): void {
  const { state } = scene.handle;
  scene.letGo();
  scene.handle.seek(0);
  state.animationPaused = false;
}

/** The whole viewer, with its controls, which the engine's own full screen leaves behind. */
function FullScreen({ scene }: { scene: Scene }) {
  const [isFull, setFull] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const follow = () => setFull(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', follow);
    return () => document.removeEventListener('fullscreenchange', follow);
  }, []);
  if (!document.fullscreenEnabled) return null;
  const change = () => {
    const stage = scene.canvas.closest('[data-chrome]');
    void (isFull ? document.exitFullscreen() : stage?.requestFullscreen());
  };
  return <ToolButton icon="fullscreen" name={isFull ? words.tools.leaveFullscreen : words.tools.fullscreen} aria-pressed={isFull} onClick={change} />;
}

/** Only where the browser can start a session on this renderer. */
function Headset({ scene }: { scene: Scene }) {
  const canStart = useEngine(scene, 'canStartVR', false);
  const mode = useEngine(scene, 'xrMode', null);
  if (!canStart) return null;
  const change = () => void (mode ? scene.handle.endXR() : scene.handle.startXR('vr'));
  return <ToolButton icon="vr" name={words.tools.vr} aria-pressed={mode === 'vr'} onClick={change} />;
}
