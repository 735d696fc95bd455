// The typed client: paths and shapes come from docs/openapi.json (`npm run api`, part of every
// build), so a page that uses what the API no longer says does not compile.
import createClient, { type Middleware } from 'openapi-fetch';
import { accessToken, storeTokens } from '../auth/tokens';
import type { paths } from './schema';
import { ApiError, type Problem } from './problem';

export const api = createClient<paths>({ baseUrl: '/', credentials: 'same-origin' });

/** On AWS a token says who asks; on this machine a cookie does, and there is none. */
const bearer: Middleware = {
  async onRequest({ request }) {
    const token = await accessToken();
    if (token) request.headers.set('Authorization', `Bearer ${token}`);
    return request;
  },
  onResponse({ request, response }) {
    if (response.status === 401 && request.headers.has('Authorization')) storeTokens(null);
  },
};
api.use(bearer);

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/**
 * What a request answered. Throws ApiError with the server's own words when it refused, and
 * leaves the browser's TypeError as it is when nobody answered.
 */
export async function answerOf<Data>(request: Promise<Answer<Data>>): Promise<Data> {
  const { data, error, response } = await request;
  if (!response.ok) throw new ApiError(response.status, asProblem(error), retryAfter(response));
  return data as Data;
}

function asProblem(error: unknown): Problem | null {
  return typeof error === 'object' && error !== null && 'detail' in error
    ? (error as Problem)
    : null;
}

function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds : null;
}
