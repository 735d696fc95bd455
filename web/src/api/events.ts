// A job's events as they happen: one long poll after the other, whatever the connection does.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { answerOf, api } from './client';
import { ApiError } from './problem';
import type { EventPage } from './schema';

export interface JobEvent {
  seq: number;
  type: string;
  occurred_at: string;
  attempt: number;
  [field: string]: unknown;
}

export interface Followed {
  events: readonly JobEvent[];
  /** Seconds until the next try while nobody answers; null while all is well. */
  lostForS: number | null;
}

const WAIT_S = 20;
const LONGEST_PAUSE_S = 30;

/** 1, 2, 4 ... 30 seconds, each shortened by chance so that not all come back at once. */
export function pauseS(failures: number, chance = Math.random()): number {
  return Math.min(LONGEST_PAUSE_S, 2 ** (failures - 1)) * (0.5 + chance / 2);
}

type Fetch = (after: number, signal: AbortSignal) => Promise<EventPage>;

function fetchEvents(jobId: string): Fetch {
  return (after, signal) =>
    answerOf(
      api.GET('/jobs/{job_id}/events', {
        params: { path: { job_id: jobId }, query: { after, wait: WAIT_S } },
        signal,
      }),
    );
}

/** Asks until the job is over; `lost` is told before each pause, and null when it goes on. */
export async function follow(
  fetchPage: Fetch,
  after: number,
  tell: (page: EventPage) => void,
  lost: (seconds: number | null) => void,
  signal: AbortSignal,
  sleep: (seconds: number, signal: AbortSignal) => Promise<void> = pause,
): Promise<void> {
  let failures = 0;
  for (let next = after, over = false; !over && !signal.aborted; ) {
    try {
      const page = await fetchPage(next, signal);
      if (failures > 0) lost(null);
      failures = 0;
      next = page.next;
      over = page.over && page.events.length === 0;
      tell(page);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && !error.isPassing) throw error;
      failures += 1;
      const seconds = pauseS(failures);
      lost(seconds);
      await sleep(seconds, signal);
    }
  }
}

function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(finish, seconds * 1000);
    function finish() {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      window.removeEventListener('online', finish);
      done();
    }
    signal.addEventListener('abort', finish);
    window.addEventListener('online', finish);
  });
}

/** The events of a job; `attempt` begins anew after a job that was over is run again. */
export function useJobEvents(jobId: string, attempt: number | undefined): Followed {
  const client = useQueryClient();
  const [followed, setFollowed] = useState<Followed>({ events: [], lostForS: null });
  useEffect(() => {
    if (attempt === undefined) return;
    const stop = new AbortController();
    const tell = (page: EventPage) => {
      if (page.events.length === 0) return;
      setFollowed((known) => ({ ...known, events: joined(known.events, page.events as JobEvent[]) }));
      void client.invalidateQueries({ queryKey: ['job', jobId] });
    };
    const lost = (lostForS: number | null) => setFollowed((known) => ({ ...known, lostForS }));
    follow(fetchEvents(jobId), 0, tell, lost, stop.signal).catch(() =>
      // Refused: the job is gone or no longer ours, which the job's own query says in words.
      client.invalidateQueries({ queryKey: ['job', jobId] }),
    );
    return () => stop.abort();
  }, [jobId, attempt, client]);
  return followed;
}

/** Both, in order, each once: a page may come twice after a broken connection. */
export function joined(known: readonly JobEvent[], more: readonly JobEvent[]): readonly JobEvent[] {
  const bySeq = new Map([...known, ...more].map((event) => [event.seq, event]));
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}
