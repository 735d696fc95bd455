// Lengths, heights and areas between points of the scene, in its own unit.
import { add, cross, lengthOf, minus, times, type Triple } from './frame';

export interface Distance {
  straight: number;
  level: number;
  rise: number;
}

/** From the first point to the last, along all between. */
export function distance(points: readonly Triple[]): Distance {
  let straight = 0;
  let level = 0;
  points.slice(1).forEach((point, index) => {
    const step = minus(point, points[index] as Triple);
    straight += lengthOf(step);
    level += Math.hypot(step[0], step[1]);
  });
  const first = points[0];
  const last = points.at(-1);
  return { straight, level, rise: first && last ? last[2] - first[2] : 0 };
}

export interface Area {
  /** Of the polygon itself, however it slopes (half the length of Newell's normal). */
  sloped: number;
  /** Of its shadow at noon: what a map shows. */
  level: number;
  around: number;
}

/** Of the polygon with these corners; zeros below three of them. */
export function area(points: readonly Triple[]): Area {
  const first = points[0];
  if (!first || points.length < 3) return { sloped: 0, level: 0, around: 0 };
  let normal: Triple = [0, 0, 0];
  points.forEach((point, index) => {
    const next = points[(index + 1) % points.length] as Triple;
    normal = add(normal, cross(minus(point, first), minus(next, first)));
  });
  const half = times(normal, 0.5);
  return {
    sloped: lengthOf(half),
    level: Math.abs(half[2]),
    around: distance([...points, first]).straight,
  };
}
