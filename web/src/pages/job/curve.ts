// The course of a figure over the steps of a training, as the points of a line in a box.
import type { JobEvent } from '../../api/events';
import type { Progress } from '../../api/schema';

export interface Sample {
  n: number;
  value: number;
}

/** The figure over the steps: from what happened and from what is now; the newest word of a step counts. */
export function course(events: readonly JobEvent[], progress: Progress | null, key: string): Sample[] {
  const byStep = new Map<number, number>();
  const add = (n: unknown, figures: unknown) => {
    const value = (figures as Record<string, unknown> | undefined)?.[key];
    if (typeof n === 'number' && typeof value === 'number') byStep.set(n, value);
  };
  for (const event of events) if (event.type === 'StageProgressed') add(event['n'], event['figures']);
  if (progress) add(progress.n, progress.figures);
  return [...byStep].sort(([a], [b]) => a - b).map(([n, value]) => ({ n, value }));
}

/** `x,y x,y ...` in a box of the given size, the lowest value at its foot. */
export function polyline(samples: readonly Sample[], width: number, height: number): string {
  const steps = samples.map(({ n }) => n);
  const values = samples.map(({ value }) => value);
  const [left, right] = [Math.min(...steps), Math.max(...steps)];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (n: number) => ((n - left) / (right - left || 1)) * width;
  const y = (value: number) => height - ((value - low) / (high - low || 1)) * height;
  return samples.map(({ n, value }) => `${x(n).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
}
