import { useQuery } from '@tanstack/react-query';
import type { Quality } from './schema';
import { answerOf, api } from './client';

const USUAL_PIXELS = 12_000_000;

export function useEstimate(photos: number, pixelsPerPhoto: number | null, quality: Quality) {
  const body = { photos, pixelsPerPhoto: pixelsPerPhoto ?? USUAL_PIXELS, quality };
  return useQuery({
    queryKey: ['estimate', body],
    enabled: photos > 0,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => answerOf(api.POST('/estimates', { body })),
  });
}
