import { useQuery } from '@tanstack/react-query';
import { fileOf, openFile } from '../../api/files';

/** What the report says of a job, as far as its page needs it. */
export interface Report {
  title: string;
}

async function fetchReport(id: string): Promise<Report> {
  return (await openFile(fileOf(id, 'report.json'))).json() as Promise<Report>;
}

export function useReport(id: string) {
  return useQuery({ queryKey: ['report', id], queryFn: () => fetchReport(id), staleTime: Infinity });
}
