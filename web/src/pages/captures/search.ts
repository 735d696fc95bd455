import type { JobSummary } from '../../api/schema';

function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}

/** Whether every word of the search stands in the title, whatever its case and accents. */
export function fits(job: Pick<JobSummary, 'title' | 'job_id'>, search: string): boolean {
  const title = plain(`${job.title} ${job.job_id}`);
  return plain(search).split(/\s+/).every((word) => title.includes(word));
}
