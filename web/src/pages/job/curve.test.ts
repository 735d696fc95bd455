import { describe, expect, it } from 'vitest';
import { course, polyline } from './curve';

const progressed = (n: number, figures: Record<string, number>) =>
  ({ seq: n, type: 'StageProgressed', occurred_at: '', attempt: 1, n, m: 10, figures });

describe('the course of a figure', () => {
  it('is in order of the steps, each once, the present included', () => {
    const events = [progressed(5, { psnr_db: 20 }), progressed(2, { psnr_db: 15 }), progressed(3, { loss: 1 })];
    const now = { step: 'train', n: 5, m: 10, seconds_left: null, figures: { psnr_db: 21 } };
    expect(course(events, now, 'psnr_db')).toEqual([{ n: 2, value: 15 }, { n: 5, value: 21 }]);
  });
  it('is drawn from the foot of the box to its top', () => {
    expect(polyline([{ n: 0, value: 10 }, { n: 10, value: 20 }], 100, 50)).toBe('0.0,50.0 100.0,0.0');
  });
  it('of one value is a point, not a hole', () => {
    expect(polyline([{ n: 3, value: 10 }], 100, 50)).toBe('0.0,50.0');
  });
});
