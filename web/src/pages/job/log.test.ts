import { describe, expect, it } from 'vitest';
import type { JobEvent } from '../../api/events';
import { folded, sentence } from './log';

const event = (seq: number, type: string, fields: object = {}): JobEvent => ({ seq, type, occurred_at: '', attempt: 1, ...fields });
const step = (seq: number, name: string, n: number) => event(seq, 'StageProgressed', { stage: 'sfm', step: name, n, m: 12 });

describe('the log', () => {
  it('tells of what counts up only how far it came', () => {
    const lines = folded([event(1, 'StageStarted'), step(2, 'features', 0), step(3, 'features', 12), step(4, 'matching', 5)]);
    expect(lines.map(({ seq }) => seq)).toEqual([1, 3, 4]);
  });
  it('is in sentences, also for events that it has no words for', () => {
    expect(sentence(step(1, 'features', 7))).toBe('Placing photos: looking for details in the photos, 7 of 12');
    expect(sentence(event(1, 'StageFailed', { reason: 'No overlap.' }))).toBe('Failed: No overlap.');
    expect(sentence(event(1, 'SomethingNew'))).toBe('SomethingNew');
  });
});
