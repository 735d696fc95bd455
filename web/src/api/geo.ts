import { useQuery } from '@tanstack/react-query';
import { type Geo, readGeo } from '../viewer/engine/geo';
import { fileOf, openFile } from './files';
import { ApiError } from './problem';

async function fetchGeo(jobId: string): Promise<Geo | null> {
  try {
    return readGeo(await (await openFile(fileOf(jobId, 'geo.json'))).json());
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
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
