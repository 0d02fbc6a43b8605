import type { ReactNode } from 'react';
import { Panel } from './page';
import { Loaded, type LoadedProps } from './states';

/** As `Loaded`, for content that has panels of its own: until it is there, what stands in its place has one too. */
export function LoadedPanel<T>({ query, what, skeleton, children }: LoadedProps<T>): ReactNode {
  if (query.data !== undefined) return children(query.data);
  return (
    <Panel>
      <Loaded query={query} what={what} skeleton={skeleton}>
        {children}
      </Loaded>
    </Panel>
  );
}
