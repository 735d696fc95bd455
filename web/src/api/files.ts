// The files of a job and of a share, as pages fetch them.
import { ApiError } from './problem';

export const fileOf = (jobId: string, name: string): string => `/jobs/${encodeURIComponent(jobId)}/files/${name}`;
export const photoOf = (jobId: string, name: string): string => `/jobs/${encodeURIComponent(jobId)}/photos/${encodeURIComponent(name)}`;
export const sharedFileOf = (token: string, name: string): string => `/shared/${encodeURIComponent(token)}/files/${name}`;

const begun = new Map<string, Promise<Response>>();

/** Asks for a file before whoever needs it is there; the first that opens it gets this answer. */
export function beginFile(path: string): void {
  const answer = ask(path);
  answer.catch(() => {}); // whoever opens it awaits it, later
  begun.set(path, answer);
}

/** The file itself. Throws ApiError with the server's own words when it is not to be had. */
export async function openFile(path: string, signal?: AbortSignal): Promise<Response> {
  const early = begun.get(path);
  begun.delete(path);
  const response = await (early ?? ask(path, signal));
  if (!response.ok) throw new ApiError(response.status, await problemOf(response));
  return response;
}

function ask(path: string, signal?: AbortSignal): Promise<Response> {
  return fetch(path, { credentials: 'same-origin', ...(signal && { signal }) });
}

async function problemOf(response: Response) {
  const isProblem = response.headers.get('Content-Type')?.includes('json');
  const document = isProblem ? ((await response.json()) as { detail?: unknown }) : null;
  return typeof document?.detail === 'string' ? { detail: document.detail } : null;
}
