// A user's jobs: the queries and commands of the pages.
import { type QueryClient, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { answerOf, api } from './client';
import { ApiError } from './problem';
import type { JobStatus, Quality, Stage, Status, Step } from './schema';

export const OPEN: readonly Status[] = ['queued', 'waiting', 'running'];
export const STEP_OF: Record<Stage, Step> = { sfm: 'sfm', train: '3dgs', compress: 'compression' };
const PAGE = 60;
const WATCH_MS = 3000;
const GLANCE_MS = 6000;
const APPEARS_TRIES = 6; // a job that has just begun is known within a few seconds
const APPEARS_MS = 1500;

export function isOpen(status: Status): boolean {
  return OPEN.includes(status);
}

export function useJobs(status: Status | null) {
  return useInfiniteQuery({
    queryKey: ['jobs', status],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      answerOf(
        api.GET('/jobs', {
          params: { query: { limit: PAGE, ...(status && { status }), ...(pageParam && { before: pageParam }) } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next ?? null,
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.jobs.some((job) => isOpen(job.status))) ? GLANCE_MS : false,
  });
}

export function useJob(jobId: string) {
  const client = useQueryClient();
  return useQuery({
    queryKey: ['job', jobId],
    retry: (failures, error) =>
      error instanceof ApiError && !error.isPassing ? error.status === 404 && failures < APPEARS_TRIES && !client.getQueryData(['job', jobId]) : failures < 3,
    retryDelay: APPEARS_MS,
    queryFn: ({ signal }) =>
      answerOf(api.GET('/jobs/{job_id}', { params: { path: { job_id: jobId } }, signal })),
    refetchInterval: (query) => (query.state.data && isOpen(query.state.data.status) ? WATCH_MS : false),
  });
}

export async function cancelJob(jobId: string, client: QueryClient): Promise<void> {
  await answerOf(api.POST('/jobs/{job_id}/cancel', { params: { path: { job_id: jobId } } }));
  await client.invalidateQueries({ queryKey: ['job', jobId] });
}

export async function replayJob(
  jobId: string, from: Step, quality: Quality | null, client: QueryClient,
): Promise<void> {
  await answerOf(
    api.POST('/jobs/{job_id}/replay', {
      params: { path: { job_id: jobId } },
      body: { from, ...(quality && { quality }) },
    }),
  );
  await client.invalidateQueries({ queryKey: ['job', jobId] });
}

/** Everything of the job goes; it is cancelled first when it runs. */
export async function deleteJob(jobId: string, client: QueryClient): Promise<void> {
  await answerOf(api.DELETE('/jobs/{job_id}', { params: { path: { job_id: jobId } } }));
  client.removeQueries({ queryKey: ['job', jobId] });
  await client.invalidateQueries({ queryKey: ['jobs'] });
}

/** The stage to go on from: where it failed or was cancelled, else the first. */
export function stageToRetry(job: JobStatus): Stage {
  const broken = job.stages.find(({ state }) => state === 'failed' || state === 'cancelled');
  return broken?.stage ?? job.stage ?? 'sfm';
}
