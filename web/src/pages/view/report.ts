import { useQuery } from '@tanstack/react-query';
import { ApiError } from '../../api/problem';

/** What the report says of a job, as far as its page needs it. */
export interface Report {
  title: string;
}

async function fetchReport(id: string): Promise<Report> {
  const response = await fetch(`/jobs/${id}/files/report.json`, { credentials: 'same-origin' });
  if (!response.ok) throw new ApiError(response.status, null);
  return (await response.json()) as Report;
}

export function useReport(id: string) {
  return useQuery({ queryKey: ['report', id], queryFn: () => fetchReport(id), staleTime: Infinity });
}
