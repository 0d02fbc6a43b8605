import { SearchX } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '@/api/problem';
import { sentence } from '@/lib/format';
import { Panel } from './page';
import { EmptyState } from './states';

/** Whether the server says that it knows nothing of this id, that it is none, or that it fits several. */
export const isUnknown = (error: Error | null): error is ApiError =>
  error instanceof ApiError && (error.status === 404 || error.code === 'invalid-parameter');

/** An id of which more is said, in brackets; the one that shows what ids are like is nobody's. */
const ID = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?= \()/;

/** The keys in `did you mean a/b or a/c?`. */
const MEANT = /([^\s?]+)(?=\?$| or )/;

export type UnknownProps = {
  error: ApiError;
  /** A link to what has an id or a key; the server names those that may have been meant. */
  linkTo: (id: string) => ReactNode;
  actions: ReactNode;
  /** What may have happened, where the server has no hint. */
  children: ReactNode;
};

/** In place of something that has no page: why not, and which may have been meant. */
export function Unknown({ error, linkTo, actions, children }: UnknownProps) {
  const title = sentence(error.message).replaceAll('`', '').replace(/\.$/, '');
  const hint = error.hint && sentence(error.hint);
  // Every second piece is an id or a key, since the patterns are groups.
  const pieces = hint
    ?.split(hint.startsWith('Did you mean ') ? MEANT : ID)
    .map((piece, at) => (at % 2 === 1 ? <span key={piece}>{linkTo(piece)}</span> : piece));
  return (
    <Panel>
      <EmptyState icon={SearchX} title={title} actions={actions}>
        {pieces ?? children}
      </EmptyState>
    </Panel>
  );
}
