// Links that open one delivered scene to whoever has them.
import { type QueryClient, useQuery } from '@tanstack/react-query';
import { answerOf, api } from './client';
import type { NewShare } from './schema';

const keyOf = (jobId: string) => ['shares', jobId];

export function useShares(jobId: string) {
  return useQuery({
    queryKey: keyOf(jobId),
    queryFn: ({ signal }) =>
      answerOf(api.GET('/jobs/{job_id}/shares', { params: { path: { job_id: jobId } }, signal })),
  });
}

/** Its token is told this once: nobody keeps it. */
export async function makeShare(jobId: string, wanted: { days: number; showsPlace: boolean }, client: QueryClient): Promise<NewShare> {
  const made = await answerOf(
    api.POST('/jobs/{job_id}/shares', { params: { path: { job_id: jobId } }, body: wanted }),
  );
  await client.invalidateQueries({ queryKey: keyOf(jobId) });
  return made;
}

export async function withdrawShare(shareId: string, jobId: string, client: QueryClient): Promise<void> {
  await answerOf(api.DELETE('/shares/{share_id}', { params: { path: { share_id: shareId } } }));
  await client.invalidateQueries({ queryKey: keyOf(jobId) });
}
