import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, it, vi } from 'vitest';
import { useFullId } from './full-id';

it('puts the whole id into the address once, with what was found under it', () => {
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  const go = vi.fn();
  const found = { id: '01a2-whole', state: 'failed' };
  const use = ({ asked, answer }: { asked: string; answer: typeof found | undefined }) =>
    useFullId(asked, answer, (id) => ['run', id], go);
  const { rerender } = renderHook(use, { wrapper, initialProps: { asked: '01a2', answer: undefined as never } });
  expect(go).not.toHaveBeenCalled();
  rerender({ asked: '01a2', answer: found as never });
  rerender({ asked: '01a2', answer: { ...found } as never });
  expect(go).toHaveBeenCalledExactlyOnceWith('01a2-whole');
  expect(client.getQueryData(['run', '01a2-whole'])).toEqual(found);
  rerender({ asked: '01a2-whole', answer: found as never });
  expect(go).toHaveBeenCalledTimes(1);
});
