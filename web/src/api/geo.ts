import { useQuery } from '@tanstack/react-query';
import { type Geo, readGeo } from '../viewer/engine/geo';
import { fileOf } from './jobs';
import { ApiError } from './problem';

async function fetchGeo(jobId: string): Promise<Geo | null> {
  const response = await fetch(fileOf(jobId, 'geo.json'), { credentials: 'same-origin' });
  if (response.status === 404) return null;
  if (!response.ok) throw new ApiError(response.status, null);
  return readGeo(await response.json());
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
