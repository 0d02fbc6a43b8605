import { useQuery } from '@tanstack/react-query';
import { overviewQuery } from '@/api/queries';
import { KeyValue } from '@/ui/key-value';
import { Page, Panel } from '@/ui/page';
import { Loaded } from '@/ui/states';

export default function OverviewScreen() {
  const query = useQuery(overviewQuery());
  return (
    <Page title="Overview">
      <Loaded query={query} what="The overview could not be loaded">
        {({ assets }) => (
          <Panel title="Assets" inside="padded">
            <KeyValue items={Object.entries(assets)} />
          </Panel>
        )}
      </Loaded>
    </Page>
  );
}
