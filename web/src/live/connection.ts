// One connection to the event stream, which heals: it resumes after the last event that was seen, and waits longer
// from try to try while the server does not answer.
import type { LogEvent } from '@/api/types';
import { SseParser } from './sse';

export type ConnectionState =
  | { is: 'connecting' }
  | { is: 'live' }
  | { is: 'lost'; since: number; retryAt: number }
  | { is: 'signed-out' };

export type Handlers = {
  onEvent: (event: LogEvent) => void;
  /** Something changed that is no event: a step started, a message was delivered. */
  onMoved: () => void;
  /** What is shown may have gaps: load it anew. */
  onResync: () => void;
  onState: (state: ConnectionState) => void;
};

export type Options = {
  url: string;
  headers: () => Record<string, string>;
  /** The last event that everything shown already contains. */
  after: number;
  fetch?: typeof fetch;
};

/** The server sends a sign of life every 15 s; a connection that is silent for longer is dead without saying so. */
const SILENCE_MS = 40_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

/** How long to wait before a try, with some luck in it so that not all tabs come at once. */
export function backoff(failures: number, random = Math.random()): number {
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, failures - 1));
  return wait * (0.5 + random / 2);
}

export class Connection {
  private after: number;
  private failures = 0;
  private lostSince = 0;
  private abort = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;
  private closed = false;
  private resting = false;

  constructor(
    private readonly options: Options,
    private readonly handlers: Handlers,
  ) {
    this.after = options.after;
  }

  open(): void {
    this.handlers.onState({ is: 'connecting' });
    if (!this.resting) void this.attempt();
  }

  /** Lets go of the connection: nobody looks, and a browser has six of them for all tabs of a server. */
  rest(): void {
    this.resting = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    clearTimeout(this.watchdog);
    this.abort.abort();
  }

  /** Goes on after the last event that was seen. */
  wake(): void {
    if (!this.resting || this.closed) return;
    this.resting = false;
    void this.attempt();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
    this.abort.abort();
  }

  /** Tries now instead of at the end of the wait: the network came back, or somebody pressed the button. */
  hurry(): void {
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    void this.attempt();
  }

  /** The machine has no network any more; the stream would not tell for a while. */
  lose(): void {
    this.abort.abort();
  }

  private async attempt(): Promise<void> {
    const abort = new AbortController();
    this.abort = abort;
    this.heard();
    try {
      const headers = { accept: 'text/event-stream', 'last-event-id': String(this.after), ...this.options.headers() };
      const request = this.options.fetch ?? fetch;
      const response = await request(this.options.url, { headers, signal: abort.signal, cache: 'no-store' });
      if (response.status === 401) return this.signedOut();
      if (response.ok && response.body) await this.read(response.body);
    } catch {
      // Every way in which a connection can end is answered in the same way, below.
    }
    // Another attempt may be under way by now, after a rest.
    if (abort !== this.abort) return;
    clearTimeout(this.watchdog);
    if (!this.closed && !this.resting) this.wait();
  }

  private async read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const reader = stream.getReader();
    const decoder = new TextDecoder();
    const parser = new SseParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.closed || this.resting) return;
      this.heard();
      for (const message of parser.push(decoder.decode(value, { stream: true }))) {
        this.take(message.event, message.id, message.data);
      }
    }
  }

  private take(event: string, id: string | undefined, data: string): void {
    const seq = id === undefined ? Number.NaN : Number(id);
    if (event === 'start') {
      this.failures = 0;
      this.lostSince = 0;
      this.handlers.onState({ is: 'live' });
      // A log that ends before what was seen is another log: the database was replaced.
      if (seq < this.after) this.handlers.onResync();
    }
    if (Number.isFinite(seq)) this.after = seq;
    if (event === 'resync') this.handlers.onResync();
    if (event === 'moved') this.handlers.onMoved();
    if (event === 'message') this.handlers.onEvent(JSON.parse(data) as LogEvent);
  }

  private wait(): void {
    this.failures += 1;
    this.lostSince ||= Date.now();
    const wait = backoff(this.failures);
    this.handlers.onState({ is: 'lost', since: this.lostSince, retryAt: Date.now() + wait });
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.attempt();
    }, wait);
  }

  private signedOut(): void {
    clearTimeout(this.watchdog);
    this.handlers.onState({ is: 'signed-out' });
  }

  private heard(): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.abort.abort(), SILENCE_MS);
  }
}
