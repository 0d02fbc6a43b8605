// The one client. Every request of the UI goes through `http`, which adds the token and turns problems into errors.
import createClient from 'openapi-fetch';
import { ApiError, fromProblem, unreachable } from './problem';
import type { paths } from './schema';
import { token, unauthorized } from './session';

/** The deployment whose pages these are. Addresses name it, so that a server can hold several later. */
export const DEPLOYMENT = 'default';

export const authorization = (): Record<string, string> => {
  const value = token();
  return value ? { authorization: `Bearer ${value}` } : {};
};

async function send(request: Request): Promise<Response> {
  for (const [name, value] of Object.entries(authorization())) request.headers.set(name, value);
  let response: Response;
  try {
    response = await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw unreachable();
  }
  if (response.status === 401) unauthorized();
  if (response.ok) return response;
  throw fromProblem(response.status, await response.json().catch(() => null));
}

export const http = createClient<paths>({ baseUrl: globalThis.location?.origin ?? '', fetch: send });

type Answer<T> = Promise<{ data?: T; response: Response }>;

/** The body of an answer. `http` throws whatever was refused, so a missing body is a broken server. */
export async function body<T>(answer: Answer<T>): Promise<T> {
  const { data, response } = await answer;
  if (data === undefined) throw fromProblem(response.status, null);
  return data;
}

export type Query = Record<string, string | number | string[] | undefined>;

/** Reads an address that the OpenAPI document does not have yet. Deleted with pending.ts. */
export async function getPending<T>(path: string, options: { query?: Query; signal?: AbortSignal } = {}): Promise<T> {
  const request = new Request(address(path, options.query), { signal: options.signal });
  return (await send(request)).json() as Promise<T>;
}

/** Sends a command to an address that the OpenAPI document does not have yet. Deleted with pending.ts. */
export async function postPending<T>(path: string, payload: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json', ...once() };
  const request = new Request(address(path), { method: 'POST', headers, body: JSON.stringify(payload) });
  return (await send(request)).json() as Promise<T>;
}

/** The header that makes a command that is sent twice one command. */
export const once = (): { 'Idempotency-Key': string } => ({ 'Idempotency-Key': uuid() });

/** `crypto.randomUUID` exists in secure contexts only, and a server in the local network may have no TLS. */
function uuid(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function address(path: string, query: Query = {}): string {
  const url = new URL(`/api/v1/deployments/${DEPLOYMENT}${path}`, globalThis.location.origin);
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== '') url.searchParams.append(name, String(each));
    }
  }
  return url.toString();
}

export { ApiError };
