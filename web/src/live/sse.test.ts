import { describe, expect, it } from 'vitest';
import { SseParser } from './sse';

const STREAM =
  'event: start\nid: 7\ndata: {}\n\n: still here\n\nid: 8\ndata: {"kind":\ndata: "x"}\r\n\r\nid: 9\nevent: resync\ndata\n\n';
const MESSAGES = [
  { id: '7', event: 'start', data: '{}' },
  { id: '8', event: 'message', data: '{"kind":\n"x"}' },
  { id: '9', event: 'resync', data: '' },
];

describe('server-sent events', () => {
  it('reads a stream that arrives at once', () => {
    expect(new SseParser().push(STREAM)).toEqual(MESSAGES);
  });

  it('reads it the same wherever it is cut', () => {
    for (let cut = 1; cut < STREAM.length; cut += 1) {
      const parser = new SseParser();
      expect([...parser.push(STREAM.slice(0, cut)), ...parser.push(STREAM.slice(cut))]).toEqual(MESSAGES);
    }
  });

  it('keeps what is not complete to itself', () => {
    expect(new SseParser().push('id: 1\ndata: x\n')).toEqual([]);
  });
});
