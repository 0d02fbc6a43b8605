import type { ErrorComponentProps } from '@tanstack/react-router';
import { Compass, RotateCw } from 'lucide-react';
import { ApiError } from '@/api/problem';
import { Button, ButtonLink } from '@/ui/button';
import { Page } from '@/ui/page';
import { EmptyState, ErrorState } from '@/ui/states';

/** A screen that broke. The shell around it stays, so that there is a way on. */
export function ScreenError({ error, reset }: ErrorComponentProps) {
  if (error instanceof ApiError) {
    return (
      <Page title="This screen could not be loaded">
        <ErrorState error={error} what="The server did not answer as it should" retry={reset} />
      </Page>
    );
  }
  return (
    <Page title="This screen broke">
      <p className="muted">
        It is a fault of the page, not of your data. Loading it again often helps; if not, the message below belongs
        into a bug report.
      </p>
      <pre className="mono">{error instanceof Error ? error.message : String(error)}</pre>
      <div>
        <Button icon={RotateCw} onClick={() => location.reload()}>
          Load the page again
        </Button>
      </div>
    </Page>
  );
}

export function NotFound() {
  return (
    <Page title="Not found">
      <EmptyState
        icon={Compass}
        title="There is no such page"
        actions={<ButtonLink to="/">Go to the overview</ButtonLink>}
      >
        The address may be mistyped, or from another version of Headwater. Press <kbd>/</kbd> to find an asset or a run
        by name.
      </EmptyState>
    </Page>
  );
}
