import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { Loaded } from './states';

afterEach(cleanup);

type Asked = { answer: (text: string) => void; refuse: (why: string) => void };

function Shown({ name, ask }: { name: string; ask: () => Promise<string> }) {
  const query = useQuery({ queryKey: [name], queryFn: ask });
  return <Loaded query={query}>{(text) => <p>{text}</p>}</Loaded>;
}

/** A question that the test answers, as often as it is asked. */
function question() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const asked: Asked[] = [];
  const ask = () =>
    new Promise<string>((resolve, reject) => {
      asked.push({ answer: resolve, refuse: (why) => reject(new Error(why)) });
    });
  const tree = (name: string) => (
    <QueryClientProvider client={client}>
      <Shown name={name} ask={ask} />
    </QueryClientProvider>
  );
  const { rerender } = render(tree('a'));
  const askAgain = () => void client.refetchQueries();
  return { asked, askAgain, show: (name: string) => rerender(tree(name)) };
}

const loading = () => screen.queryByRole('status', { name: 'Loading' });

describe('what is loaded', () => {
  it('is a skeleton, then what came', async () => {
    const { asked } = question();
    expect(loading()).not.toBeNull();
    asked[0]?.answer('seven');
    await screen.findByText('seven');
  });

  it('stays an error while it is asked again', async () => {
    const { asked, askAgain } = question();
    asked[0]?.refuse('the door is shut');
    await screen.findByText('The door is shut.');
    askAgain();
    await screen.findByRole('button', { name: 'Trying again' });
    expect(screen.getByRole('alert').textContent).toContain('The door is shut.');
    expect(loading()).toBeNull();
    asked[1]?.refuse('the door is locked');
    await screen.findByText('The door is locked.');
    await screen.findByRole('button', { name: 'Try again' });
    askAgain();
    await screen.findByRole('button', { name: 'Trying again' });
    asked[2]?.answer('seven');
    await screen.findByText('seven');
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('does not show the error of another question', async () => {
    const { asked, show } = question();
    asked[0]?.refuse('the door is shut');
    await screen.findByRole('alert');
    show('b');
    expect(loading()).not.toBeNull();
    expect(screen.queryByRole('alert')).toBeNull();
  });
});
