import { SearchX } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '@/api/problem';
import { Panel } from './page';
import { EmptyState } from './states';

/** Whether the server says that there is nothing under this name, or that it is no name at all. */
export const isUnknown = (error: Error | null): boolean =>
  error instanceof ApiError && (error.status === 404 || error.code === 'invalid-parameter');

export type UnknownProps = { what: string; id: string; actions: ReactNode; children: ReactNode };

/** In place of something that has no page, with what may have happened to it. */
export const Unknown = ({ what, id, actions, children }: UnknownProps) => (
  <Panel>
    <EmptyState icon={SearchX} title={`There is no ${what} ${id}`} actions={actions}>
      {children}
    </EmptyState>
  </Panel>
);
