import { Link } from '@tanstack/react-router';
import type { AssetDetail } from '@/api/types';
import { KeyValue } from '@/ui/key-value';
import { ScheduleLink } from '@/ui/links';
import { Markdown } from '@/ui/markdown';
import { Panel } from '@/ui/page';
import { Tag, Tags } from '@/ui/status';
import styles from './asset.module.css';

/** What it is, whose it is, and what starts it. */
export function About({ asset }: { asset: AssetDetail }) {
  const { owners = [], schedules = [], tags = {} } = asset;
  return (
    <Panel title="About" inside="padded">
      <div className={styles.stack}>
        {asset.description && <Markdown text={asset.description} />}
        <KeyValue
          items={[
            [
              'Owners',
              owners.length > 0 ? (
                <Tags key="owners">
                  {owners.map((owner) => (
                    <Link key={owner} to="/assets" search={{ owner: [owner] }}>
                      <Tag value={owner} />
                    </Link>
                  ))}
                </Tags>
              ) : (
                <span key="owners" className="muted">
                  nobody
                </span>
              ),
            ],
            [
              'Group',
              <Link key="group" to="/assets" search={{ group: [asset.group] }}>
                {asset.group}
              </Link>,
            ],
            ['Domain', asset.domain],
            ['Tier', asset.tier],
            [
              'Tags',
              Object.keys(tags).length > 0 && (
                <Tags key="tags">
                  {Object.entries(tags).map(([name, value]) => (
                    <Tag key={name} name={name} value={value} />
                  ))}
                </Tags>
              ),
            ],
            [
              'Made by',
              schedules.length > 0 ? (
                <span key="schedules" className={styles.inline}>
                  {schedules.map((schedule) => (
                    <ScheduleLink key={schedule} schedule={schedule} />
                  ))}
                </span>
              ) : (
                <span key="schedules" className="muted">
                  no schedule
                </span>
              ),
            ],
          ]}
        />
      </div>
    </Panel>
  );
}
