import { useQuery } from '@tanstack/react-query';
import { type Geo, readGeo } from '../viewer/engine/geo';
import { answerOf, api } from './client';
import { fileOf, openFile } from './files';
import { ApiError } from './problem';

async function fetchGeo(jobId: string): Promise<Geo | null> {
  try {
    return readGeo(await (await openFile(fileOf(jobId, 'geo.json'))).json());
  } catch (error) {
    return noneIfMissing(error);
  }
}

function noneIfMissing(error: unknown): null {
  if (error instanceof ApiError && error.status === 404) return null;
  throw error;
}

/** Where the photos say that they were taken; null where there are none. */
export function usePositions(jobId: string, isWanted: boolean) {
  return useQuery({
    queryKey: ['positions', jobId],
    queryFn: ({ signal }) =>
      answerOf(api.GET('/jobs/{job_id}/positions', { params: { path: { job_id: jobId } }, signal })).catch(noneIfMissing),
    enabled: isWanted,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Where an attempt's photos were placed; null where sfm has not said so (a .ply alone has none). */
export function useGeo(jobId: string, attempt: number, isKnown: boolean) {
  return useQuery({
    queryKey: ['geo', jobId, attempt],
    queryFn: () => fetchGeo(jobId),
    enabled: isKnown,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
