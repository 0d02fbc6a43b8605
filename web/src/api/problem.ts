import type { Problem } from './types';

/** A request that did not succeed: refused by the server with a `Problem`, or never answered. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    /** The code of the problem; `unreachable` and `unexpected-answer` are this side's own. */
    readonly code: string,
    message: string,
    /** The HTTP status; 0 where there was no answer. */
    readonly status: number,
    readonly hint?: string,
    readonly problem?: Problem,
  ) {
    super(message);
  }

  /** Whether the same request may succeed when it is sent again without a change. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export function fromProblem(status: number, body: unknown): ApiError {
  if (isProblem(body)) return new ApiError(body.code, body.message, status, body.hint ?? undefined, body);
  const hint = 'Something between this page and the server may have answered, such as a proxy.';
  return new ApiError('unexpected-answer', `The server answered with status ${status}.`, status, hint);
}

export function unreachable(): ApiError {
  const hint = 'Is it running, and is the network up? The page goes on by itself when the server answers again.';
  return new ApiError('unreachable', 'The server does not answer.', 0, hint);
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'message' in body;
}
