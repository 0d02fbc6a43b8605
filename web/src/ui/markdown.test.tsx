import { render, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { Markdown, safeHref } from './markdown';

describe('Markdown', () => {
  it('renders what people write', () => {
    const { container } = render(
      <Markdown
        text={
          '# Orders\n\nOne *row* per `order`, see [docs](https://example.com/a).\n\n- a & b\n- **c**\n\n| x | y |\n|---|---|\n| 1 | 2 |'
        }
      />,
    );
    expect(screen.getByRole('heading', { level: 3 }).textContent).toBe('Orders');
    expect(screen.getByRole('link').getAttribute('href')).toBe('https://example.com/a');
    expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual(['a & b', 'c']);
    expect(container.querySelectorAll('td')).toHaveLength(2);
    expect(container.querySelector('code')?.textContent).toBe('order');
  });

  it.each([
    '<img src=x onerror=alert(1)>',
    '<script>alert(1)</script>',
    '[a](javascript:alert(1))',
    '[a](JaVaScRiPt:alert(1))',
    '[a](data:text/html,x)',
    '![a](javascript:alert(1))',
    '<a href="javascript:alert(1)">a</a>',
    '<javascript:alert(1)>',
  ])('makes nothing active of %s', (text) => {
    const { container } = render(<Markdown text={text} />);
    expect(container.querySelector('img, script, iframe, [onerror]')).toBeNull();
    for (const link of container.querySelectorAll('a')) expect(safeHref(link.getAttribute('href') ?? '')).toBeDefined();
    expect(container.textContent).not.toBe('');
  });

  it('shows raw HTML as the text that it is', () => {
    const { container } = render(<Markdown text={'a <b>c</b>'} />);
    expect(container.textContent).toBe('a <b>c</b>');
  });
});

it.each([
  ['https://example.com', true],
  ['mailto:a@example.com', true],
  ['javascript:alert(1)', false],
  ['\tjavascript:alert(1)', false],
  ['/relative', false],
])('follows %s: %s', (href, followed) => {
  expect(safeHref(href) !== undefined).toBe(followed);
});
