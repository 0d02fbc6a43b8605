import { Link } from '@tanstack/react-router';
import type { Version } from '@/api/types';
import { CopyId } from '@/ui/copy';
import { Json } from '@/ui/json';
import { KeyValue } from '@/ui/key-value';
import { AssetLink, RunLink } from '@/ui/links';
import { Metadata } from '@/ui/metadata';
import { Duration, Time } from '@/ui/time';
import styles from './asset.module.css';

/** Everything about one version: where it comes from, and what was said about its data. */
export function VersionDetail({ version }: { version: Version }) {
  const { metadata = {}, inputs = [], run, step } = version;
  return (
    <div className={styles.stack}>
      <KeyValue
        items={[
          ['When', <Time key="at" at={version.at} form="absolute" />],
          [
            'Run',
            run ? (
              <span key="run" className={styles.inline}>
                <RunLink run={run} />
                {step !== undefined && step !== null && (
                  <Link to="/runs/$run" params={{ run }} search={{ tab: 'logs', step }}>
                    log
                  </Link>
                )}
              </span>
            ) : (
              'reported from outside'
            ),
          ],
          ['Took', version.duration_ms !== undefined && <Duration key="ms" ms={version.duration_ms} />],
          ['Partition', version.partition],
          ['Data version', <CopyId key="version" id={version.version} what="data version" form="whole" />],
          ['Code version', version.code_version],
        ]}
      />
      {Object.keys(metadata).length > 0 && <Metadata metadata={metadata} />}
      {inputs.length > 0 && (
        <section className={styles.part} aria-label="Made from">
          <h3>Made from</h3>
          <ul className={styles.inputs}>
            {inputs.map(({ asset, version: data, seq }) => (
              <li key={asset} className={styles.inline}>
                <AssetLink assetKey={asset} />
                {data ? (
                  <Link
                    to="/assets/$"
                    params={{ _splat: asset }}
                    search={{ tab: 'history', version: seq ?? undefined }}
                    className="mono"
                    title={data}
                  >
                    {data.slice(0, 8)}
                  </Link>
                ) : (
                  <span className="muted">had no version</span>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      {version.cursor && (
        <section className={styles.part} aria-label="Cursor">
          <h3>Cursor</h3>
          <Json value={version.cursor} label="Cursor" />
        </section>
      )}
    </div>
  );
}
