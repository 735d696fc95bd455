import { words } from '../words';
import type { ProblemDocument } from './schema';

export type Problem = Partial<ProblemDocument> & { detail: string };

/** A request that the server refused (RFC 9457): what is wrong and what to do about it. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem | null,
    readonly retryAfterS: number | null = null,
  ) {
    super(typeof problem?.detail === 'string' ? problem.detail : words.errors.unexpected(status));
    this.name = 'ApiError';
  }

  /** What to do, when the server says it. */
  get remedy(): string | null {
    return this.problem?.errors?.map((error) => error.remedy).join(' ') || null;
  }

  /** Whether the same request may succeed later. */
  get isPassing(): boolean {
    return this.status >= 500 || this.status === 429 || this.status === 408;
  }
}

/** What a page itself refuses; the message says what helps. */
export class Told extends Error {}

/** The sentence and the remedy that people read. */
export function explain(error: unknown): { message: string; remedy: string | null } {
  if (error instanceof ApiError) {
    if (error.status === 401) return { message: words.errors.signedOut, remedy: words.errors.signIn };
    const fields = error.problem?.errors ?? [];
    const message = fields.length ? fields.map((field) => field.message).join(' ') : error.message;
    return { message, remedy: error.remedy };
  }
  if (error instanceof TypeError) {
    return { message: words.errors.unreachable, remedy: words.errors.unreachableRemedy };
  }
  if (error instanceof Told) return { message: error.message, remedy: null };
  return {
    message: error instanceof Error ? error.message : String(error),
    remedy: words.errors.reload,
  };
}
