// Routes that docs/openapi.json does not describe yet; each goes when its description comes.
import { ApiError, type Problem } from './problem';

export async function send<Data>(method: string, path: string, body?: unknown): Promise<Data> {
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  });
  const text = await response.text();
  const content: unknown = text && response.headers.get('Content-Type')?.includes('json') ? JSON.parse(text) : null;
  if (!response.ok) throw new ApiError(response.status, content as Problem | null);
  return content as Data;
}
