import { SearchX } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '@/api/problem';
import { Panel } from './page';
import { EmptyState } from './states';

/** Whether nothing has this id. What cannot be read as an id at all is refused in the words of a parser, which help nobody. */
export const isUnknown = (error: Error | null): boolean =>
  error instanceof ApiError && (error.status === 404 || /UUID parsing/.test(error.message));

export type UnknownProps = { what: string; id: string; actions: ReactNode; children: ReactNode };

/** In place of something that has no page, with what may have happened to it. */
export const Unknown = ({ what, id, actions, children }: UnknownProps) => (
  <Panel>
    <EmptyState icon={SearchX} title={`There is no ${what} ${id}`} actions={actions}>
      {children}
    </EmptyState>
  </Panel>
);
