// The files of a job and of a share, as pages fetch them. On this machine a cookie says who asks, and
// the browser follows the redirect to the file; with a token, a link is asked for first.
import type {} from '../early';
import { useQuery } from '@tanstack/react-query';
import { accessToken, storedTokens } from '../auth/tokens';
import { ApiError } from './problem';

export const fileOf = (jobId: string, name: string): string => `/jobs/${encodeURIComponent(jobId)}/files/${name}`;
export const photoOf = (jobId: string, name: string): string => `/jobs/${encodeURIComponent(jobId)}/photos/${encodeURIComponent(name)}`;
export const sharedFileOf = (token: string, name: string): string => `/shared/${encodeURIComponent(token)}/files/${name}`;

/** Links last for an hour. */
const LINK_MS = 45 * 60_000;
/** The file itself. Throws ApiError with the server's own words when it is not to be had. */
export async function openFile(path: string, signal?: AbortSignal): Promise<Response> {
  const early = globalThis.begun?.get(path);
  globalThis.begun?.delete(path);
  const response = await (early ?? ask(path, signal));
  if (!response.ok) throw new ApiError(response.status, await problemOf(response));
  return response;
}

async function ask(path: string, signal?: AbortSignal): Promise<Response> {
  const token = await accessToken();
  if (token === null) return fetch(path, { credentials: 'same-origin', ...(signal && { signal }) });
  const link = await askLink(path, token, signal);
  return link instanceof Response ? link : fetch(link.url, { credentials: 'omit', ...(signal && { signal }) });
}

/** Where the file is to be had without a token: what a picture or a download can be asked from. */
async function askLink(path: string, token: string, signal?: AbortSignal): Promise<Link | Response> {
  const headers = { Authorization: `Bearer ${token}` };
  const response = await fetch(`${path}?as=link`, { headers, credentials: 'same-origin', ...(signal && { signal }) });
  return response.ok ? ((await response.json()) as Link) : response;
}

interface Link {
  url: string;
  expiresAt: string;
}

/** The address that the browser itself can open; null while it is being asked for, or not to be had. */
export function useFileUrl(path: string, version = 0): string | null {
  const isToAsk = storedTokens() !== null;
  const link = useQuery({
    queryKey: ['link', path, version],
    enabled: isToAsk,
    staleTime: LINK_MS,
    queryFn: async () => {
      const found = await askLink(path, (await accessToken()) ?? '');
      if (found instanceof Response) throw new ApiError(found.status, await problemOf(found));
      return found.url;
    },
  });
  if (isToAsk) return link.data ?? null;
  return version ? `${path}?version=${version}` : path;
}

async function problemOf(response: Response) {
  const isProblem = response.headers.get('Content-Type')?.includes('json');
  const document = isProblem ? ((await response.json()) as { detail?: unknown }) : null;
  return typeof document?.detail === 'string' ? { detail: document.detail } : null;
}
