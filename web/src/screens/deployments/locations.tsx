import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Boxes, TriangleAlert, Unplug } from 'lucide-react';
import { workersQuery } from '@/api/queries';
import type { Deploy, Deployment } from '@/api/types';
import { plural } from '@/lib/format';
import { CopyId } from '@/ui/copy';
import { KeyValue } from '@/ui/key-value';
import { Time } from '@/ui/time';
import { ToneMark } from '@/ui/tone-mark';
import styles from './deployments.module.css';

type Location = Deployment['locations'][number];

/** What is live, a card for each code location. */
export function Locations({ locations, deploys }: { locations: Location[]; deploys: readonly Deploy[] }) {
  if (locations.length === 0) return null;
  return (
    <ul className={styles.locations} aria-label="Locations">
      {locations.map((location) => (
        <li key={location.name} className={styles.location}>
          <Card location={location} latest={deploys.find((deploy) => deploy.location === location.name)} />
        </li>
      ))}
    </ul>
  );
}

function Card({ location, latest }: { location: Location; latest: Deploy | undefined }) {
  const { name, snapshot, since, assets } = location;
  const workers = useQuery(workersQuery()).data;
  const able = workers?.filter((worker) => worker.snapshot === snapshot && worker.state === 'active').length;
  return (
    <>
      <h2 className={styles.name}>
        <Boxes size={15} aria-hidden />
        {name}
      </h2>
      <KeyValue
        items={[
          ['Assets', plural(assets, 'asset')],
          ['Live', <CopyId key="snapshot" id={snapshot} what="snapshot" />],
          ['Since', <Time key="since" at={since} />],
          [
            'Workers',
            able !== undefined &&
              (able === 0 ? (
                <ToneMark key="workers" tone="warn" icon={Unplug}>
                  None was built from it
                </ToneMark>
              ) : (
                <Link key="workers" to="/workers" search={{ location: [name], state: ['active'] }}>
                  {plural(able, 'worker was built from it', 'workers were built from it')}
                </Link>
              )),
          ],
        ]}
      />
      {latest?.refused && (
        <p className={styles.warning}>
          <ToneMark tone="bad" icon={TriangleAlert}>
            The latest deploy was refused <Time at={latest.at} />
          </ToneMark>
        </p>
      )}
    </>
  );
}
