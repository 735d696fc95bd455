// Only what lies in a box is drawn (and picked): splats whose middle is outside lose their opacity
// on their way into the engine's work buffer, so a moved box costs one pass over them.
import { type GSplatComponent, WORKBUFFER_UPDATE_ONCE } from 'playcanvas';
import { toWorld, type Triple } from './frame';

/** Corners in east, north, up: the lowest of each, the highest of each. */
export interface Box {
  low: Triple;
  high: Triple;
}

const GLSL = `
uniform vec3 uCropLow;
uniform vec3 uCropHigh;
void modifySplatCenter(inout vec3 center) {}
void modifySplatRotationScale(vec3 from, vec3 to, inout vec4 rotation, inout vec3 scale) {}
void modifySplatColor(vec3 center, inout vec4 color) {
  if (any(lessThan(center, uCropLow)) || any(greaterThan(center, uCropHigh))) color.a = 0.0;
}
`;
const WGSL = `
uniform uCropLow: vec3f;
uniform uCropHigh: vec3f;
fn modifySplatCenter(center: ptr<function, vec3f>) {}
fn modifySplatRotationScale(from: vec3f, to: vec3f, rotation: ptr<function, vec4f>, scale: ptr<function, vec3f>) {}
fn modifySplatColor(center: vec3f, color: ptr<function, vec4f>) {
  if (any(center < uniform.uCropLow) || any(center > uniform.uCropHigh)) { (*color).a = 0.0; }
}
`;

export function cropTo(splat: GSplatComponent, box: Box | null, isCropped: boolean): void {
  if (!box) {
    if (isCropped) splat.setWorkBufferModifier(null);
    return;
  }
  const corners = [toWorld(box.low), toWorld(box.high)] as const;
  const pick = (choose: (...values: number[]) => number) =>
    [0, 1, 2].map((column) => choose(corners[0][column] as number, corners[1][column] as number));
  splat.setParameter('uCropLow', pick(Math.min));
  splat.setParameter('uCropHigh', pick(Math.max));
  if (!isCropped) splat.setWorkBufferModifier({ glsl: GLSL, wgsl: WGSL });
  splat.workBufferUpdate = WORKBUFFER_UPDATE_ONCE;
}
