import { Filter } from 'lucide-react';
import { ApiError } from '@/api/problem';
import { EmptyState } from './states';

/** Whether the server could not read the selection: to ask again would change nothing. */
export const isFaulty = (error: Error | null): boolean =>
  error instanceof ApiError && error.code === 'invalid-selection';

/** In place of what a selection gives. What is wrong with it is said at its field. */
export const FaultySelection = () => (
  <EmptyState icon={Filter} title="This selection cannot be read">
    The field above says where it is wrong. What it selects is shown here as soon as that is right.
  </EmptyState>
);
