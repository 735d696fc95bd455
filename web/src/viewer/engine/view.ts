// A view of the scene: where the eye is, what it looks at; in links, and turned by steps.
import { add, lengthOf, minus, times, type Triple } from './frame';

export interface View {
  /** East, north, up. */
  eye: Triple;
  target: Triple;
  /** Of the longer side of the picture, as the engine wants it. */
  fovDeg: number;
}

export const FOV_DEG = 60;
const DIGITS = 3;
const STEEPEST_DEG = 89;
const DEGREE = Math.PI / 180;

/** `view=e,n,u,e,n,u,fov` for the part of a link after `#`. */
export function encodeView(view: View): string {
  const numbers = [...view.eye, ...view.target, view.fovDeg];
  return `view=${numbers.map((number) => Number(number.toFixed(DIGITS))).join(',')}`;
}

/** The view in a link's `#...`; null when there is none, or none that makes sense. */
export function decodeView(hash: string): View | null {
  const text = new URLSearchParams(hash.replace(/^#/, '')).get('view');
  const numbers = text?.split(',').map(Number) ?? [];
  if (numbers.length !== 7 || !numbers.every(Number.isFinite)) return null;
  const [e, n, u, te, tn, tu, fovDeg] = numbers as [number, number, number, number, number, number, number];
  const view: View = { eye: [e, n, u], target: [te, tn, tu], fovDeg };
  const isSane = fovDeg >= 5 && fovDeg <= 150 && lengthOf(minus(view.eye, view.target)) > 1e-3;
  return isSane ? view : null;
}

export interface Turn {
  rightDeg?: number;
  upDeg?: number;
  /** 0.8 comes nearer, 1.25 goes away. */
  distance?: number;
}

/** The view after going around its target; the horizon stays level. */
export function turned(view: View, { rightDeg = 0, upDeg = 0, distance = 1 }: Turn): View {
  const arm = minus(view.eye, view.target);
  const reach = lengthOf(arm);
  const heading = Math.atan2(arm[1], arm[0]) + rightDeg * DEGREE;
  const steepest = STEEPEST_DEG * DEGREE;
  const pitch = Math.min(steepest, Math.max(-steepest, Math.asin(arm[2] / reach) + upDeg * DEGREE));
  return { ...view, eye: add(view.target, times(direction(heading, pitch), reach * distance)) };
}

function direction(heading: number, pitch: number): Triple {
  return [Math.cos(heading) * Math.cos(pitch), Math.sin(heading) * Math.cos(pitch), Math.sin(pitch)];
}

/** From the south-east, from half above: a view of all that lies within `radius` of `centre`. */
export function overview(centre: Triple, radius: number): View {
  const reach = (radius * 1.2) / Math.tan((FOV_DEG / 2) * DEGREE);
  return { eye: add(centre, times(direction(-60 * DEGREE, 38 * DEGREE), reach)), target: centre, fovDeg: FOV_DEG };
}

/** Straight down on the same, north at the top. */
export function fromAbove(centre: Triple, radius: number): View {
  const reach = (radius * 1.5) / Math.tan((FOV_DEG / 2) * DEGREE);
  return { eye: add(centre, times(direction(-90 * DEGREE, STEEPEST_DEG * DEGREE), reach)), target: centre, fovDeg: FOV_DEG };
}
