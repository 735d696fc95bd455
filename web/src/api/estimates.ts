import { useQuery } from '@tanstack/react-query';
import type { Quality } from './schema';
import { send } from './send';

interface Range {
  low: number;
  high: number;
}

interface Estimated {
  stages: { stage: string; minutes: Range; dollars: Range }[];
  total: { minutes: Range; dollars: Range };
  /** What it rests on, with dates. */
  basis: string;
}

const USUAL_PIXELS = 12_000_000;

export function useEstimate(photos: number, pixelsPerPhoto: number | null, quality: Quality) {
  const body = { photos, pixelsPerPhoto: pixelsPerPhoto ?? USUAL_PIXELS, quality };
  return useQuery({
    queryKey: ['estimate', body],
    enabled: photos > 0,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => send<Estimated>('POST', '/estimates', body),
  });
}
