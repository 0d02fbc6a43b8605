/** The server counts spans in bytes of UTF-8, a page in UTF-16 units. */
export function sliceSpan(
  text: string,
  span: { start: number; end: number },
): [before: string, piece: string, after: string] {
  const bytes = new TextEncoder().encode(text);
  const decode = (start: number, end?: number) => new TextDecoder().decode(bytes.slice(start, end));
  return [decode(0, span.start), decode(span.start, span.end), decode(span.end)];
}
