import { describe, expect, it } from 'vitest';
import { follow, joined, pauseS } from './events';
import { ApiError } from './problem';
import type { EventPage } from './schema';

const page = (seqs: number[], next: number, over = false): EventPage => ({
  events: seqs.map((seq) => ({ seq })), next, over,
});

async function run(answers: (EventPage | Error)[]) {
  const asked: number[] = [];
  const told: number[] = [];
  const lost: (number | null)[] = [];
  const stop = new AbortController();
  const fetchPage = async (after: number) => {
    asked.push(after);
    const answer = answers.shift();
    if (!answer) throw new Error('asked once too often');
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const result = follow(fetchPage, 0, (each) => told.push(...each.events.map((e) => e['seq'] as number)),
    (s) => lost.push(s), stop.signal, async () => undefined);
  await result;
  return { asked, told, lost };
}

describe('following a job', () => {
  it('asks on from where it was, through a dropped connection, and ends when the job does', async () => {
    const { asked, told, lost } = await run([
      page([1, 2], 2), new TypeError('Failed to fetch'), new ApiError(503, null), page([3], 3, true), page([], 3, true),
    ]);
    expect(asked).toEqual([0, 2, 2, 2, 3]);
    expect(told).toEqual([1, 2, 3]);
    expect(lost.map((s) => s === null)).toEqual([false, false, true]);
  });

  it('does not ask for ever about a job that is gone', async () => {
    await expect(run([page([1], 1), new ApiError(404, null)])).rejects.toThrow();
  });
});

describe('the pause', () => {
  it('grows and stays below half a minute', () => {
    expect([1, 2, 3, 9].map((n) => pauseS(n, 1))).toEqual([1, 2, 4, 30]);
    expect(pauseS(3, 0)).toBe(2);
  });
});

describe('joined', () => {
  it('keeps each event once, in order', () => {
    const event = (seq: number) => ({ seq, type: 'X', occurred_at: '', attempt: 1 });
    expect(joined([event(1), event(3)], [event(3), event(2)]).map((e) => e.seq)).toEqual([1, 2, 3]);
  });
});
