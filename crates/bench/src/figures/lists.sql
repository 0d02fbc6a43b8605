-- What a deployment of 10,000 assets has after eighty days: 100,000 runs, 5,000,000 entries of the event log (which are
-- the rows of events, versions and checks), 100,000 messages of 5,000 incidents. Everything follows from the number of a
-- run, so that two measurements read the same rows. The server must not run meanwhile. psql takes this file as well.

SET synchronous_commit = off;
SET work_mem = '256MB';

CREATE TEMP TABLE seed AS
SELECT l.last_seq AS base, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now,
    (SELECT d.snapshot FROM live v JOIN deploys d ON d.seq = v.seq LIMIT 1) AS snapshot
FROM leader l;

-- The layered assets by their number, with the version that each of them has now and what it was made from.
CREATE TEMP TABLE seed_keys AS
SELECT (row_number() OVER (ORDER BY key) - 1)::int AS no, id, key, left(md5(key), 16) AS version
FROM assets WHERE key LIKE 'l%/a%';
CREATE UNIQUE INDEX ON seed_keys (no);
CREATE TEMP TABLE seed_assets AS
SELECT a.no, a.id, a.key, a.version, json_agg(json_build_array(u.key, NULL, u.version))::text AS inputs
FROM seed_keys a
JOIN generate_series(0, 2) AS fan ON fan < 2 + a.no % 2
JOIN seed_keys u ON u.no = (a.no / 100 - 1) * 100 + ((a.no % 100) * 7 + fan * 3) % 100
GROUP BY 1, 2, 3, 4
UNION ALL SELECT no, id, key, version, NULL FROM seed_keys WHERE no < 100;
CREATE UNIQUE INDEX ON seed_assets (no);

-- A fifth of the runs make one asset every few minutes, most make some dozens, one in a thousand makes a thousand.
CREATE TEMP TABLE seed_runs AS
WITH shaped AS (
    SELECT n, (SELECT now FROM seed) - (100000 - n + 1) * 69120000::bigint AS created_at,
        CASE WHEN n = 99990 THEN 10000 WHEN n % 1000 = 0 THEN 1000 WHEN n % 5 = 0 THEN 1 ELSE 23 + n % 7 END AS steps,
        CASE WHEN n % 50 = 17 THEN 'failed' WHEN n % 97 = 5 THEN 'canceled' ELSE 'succeeded' END AS state,
        CASE WHEN n % 10 < 6 THEN 'schedule_' || lpad((n % 20)::text, 2, '0') END AS schedule
    FROM generate_series(1, 100000) AS n
)
SELECT n, created_at, steps, state, schedule, created_at + 150000 AS started_at,
    created_at + 150000 + least(steps * 50000, 60000000) AS ended_at,
    CASE WHEN steps = 1 THEN 0 ELSE n * 37 END AS first_asset,
    (lpad(to_hex(created_at / 1000), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid
        AS id,
    -- Of a run's numbers the first two and the last are its own; each step has three: version, check, end.
    (SELECT base FROM seed) + 1 + COALESCE(sum(3 * steps + 3) OVER (ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::bigint
        AS seq
FROM shaped;
CREATE UNIQUE INDEX ON seed_runs (n);
ANALYZE seed_runs;

INSERT INTO runs (id, root, created_seq, created_at, started_at, ended_at, steps, deployment, priority, state, snapshot,
    started_by, schedule, selection, partition, tags, reason)
SELECT r.id, CASE WHEN r.n % 50 = 18 THEN before.id ELSE r.id END, r.seq, r.created_at, r.started_at, r.ended_at, r.steps, 1, 0,
    r.state, (SELECT snapshot FROM seed),
    CASE WHEN r.n % 50 = 18 THEN json_build_object('kind', 'retry', 'by', 'anna', 'of', before.id)
        WHEN r.schedule IS NOT NULL THEN json_build_object('kind', 'schedule', 'name', r.schedule, 'due_at', r.created_at)
        ELSE json_build_object('kind', 'manual', 'by', 'anna') END::text,
    r.schedule, CASE WHEN r.steps = 1 THEN 'l000/a0000' ELSE 'group:layer' || r.n % 100 END, '',
    json_strip_nulls(json_build_object('team', 'team-' || r.n % 8, 'env', 'prod',
        'backfill', CASE WHEN r.n % 5000 = 123 THEN 'orders' END))::text,
    CASE WHEN r.state = 'canceled' THEN 'cancelled by anna' END
FROM seed_runs r LEFT JOIN seed_runs before ON before.n = r.n - 1 ORDER BY r.n;

INSERT INTO run_tags (run, created_seq, deployment, name, value)
SELECT r.id, r.created_seq, 1, tag.key, tag.value FROM runs r, json_each_text(r.tags::json) AS tag ORDER BY r.created_seq;

CREATE TEMP TABLE seed_steps AS
SELECT r.n, r.id AS run, i AS step, r.seq + 2 + 3 * i AS seq, r.started_at + i * 50 AS at,
    (r.first_asset + i) % 10000 AS asset, r.state = 'failed' AND i = r.steps - 1 AS failed
FROM seed_runs r, generate_series(0, r.steps - 1) AS i;

INSERT INTO versions (seq, at, asset, run, step, attempt, partition, kind, version, code_version, inputs, metadata, duration)
SELECT s.seq, s.at, a.id, s.run, s.step, 1, '', 'materialized', a.version, '1', a.inputs,
    '{"rows":{"type":"int","value":' || 1000 + s.seq % 5000 || '},"note":{"type":"text","value":"loaded from the shop"}}',
    20000 + s.seq % 60000
FROM seed_steps s JOIN seed_assets a ON a.no = s.asset WHERE NOT s.failed ORDER BY s.seq;

INSERT INTO checks (seq, at, asset, run, version_seq, step, passed, blocking, name, partition, severity, description, metadata)
SELECT s.seq + 1, s.at, a.id, s.run, s.seq, s.step, s.n % 400 <> 17, false, 'not_empty', '', 'error',
    CASE WHEN s.n % 400 = 17 THEN 'there are no rows' ELSE 'there are rows' END, '{"rows":{"type":"int","value":1234}}'
FROM seed_steps s JOIN seed_assets a ON a.no = s.asset WHERE s.asset % 5 = 0 AND NOT s.failed ORDER BY s.seq;

INSERT INTO events (seq, at, run, step, kind, data)
SELECT * FROM (
    SELECT seq, created_at, id, NULL::int, 'run_queued', json_build_object('steps', steps)::text FROM seed_runs
    UNION ALL SELECT seq + 1, started_at, id, NULL, 'run_started', NULL FROM seed_runs
    UNION ALL SELECT seq + 2, at, run, step, CASE WHEN failed THEN 'step_failed' ELSE 'step_succeeded' END,
        CASE WHEN failed THEN '{"attempt":1,"class":"failure","message":"the source answered 503 Service Unavailable"}' END
        FROM seed_steps
    UNION ALL SELECT seq + 3 * steps + 2, ended_at, id, NULL, 'run_' || state, NULL FROM seed_runs
) AS entry (seq, at, run, step, kind, data) ORDER BY seq;

INSERT INTO asset_current (asset, seq, at, failed_at, run, failed_run, partition, kind, version, code_version)
SELECT a.id, v.seq, v.at, CASE WHEN a.no % 400 = 7 THEN v.at + 1 END, v.run, CASE WHEN a.no % 400 = 7 THEN v.run END, '',
    v.kind, v.version, v.code_version
FROM seed_assets a, LATERAL (SELECT * FROM versions v WHERE v.asset = a.id ORDER BY v.seq DESC LIMIT 1) v;

INSERT INTO check_current (asset, seq, name, partition)
SELECT a.id, c.seq, c.name, c.partition
FROM seed_assets a, LATERAL (SELECT * FROM checks c WHERE c.asset = a.id ORDER BY c.seq DESC LIMIT 1) c;

INSERT INTO ticks (seq, at, due_at, through_at, ticks, run, deployment, schedule, outcome)
SELECT seq, created_at, created_at, created_at, 1, id, 1, schedule, 'launched' FROM seed_runs WHERE schedule IS NOT NULL;

-- Delivered messages and resolved incidents are kept for a week.
CREATE TEMP TABLE seed_incidents AS
SELECT k, md5('incident' || k)::uuid AS id, r.seq, r.id AS run, (SELECT now FROM seed) - (5021 - k) * 100000000::bigint AS at,
    k > 5000 AS open, json_build_object('kind', 'worker', 'worker', 'worker-' || k) AS cause
FROM generate_series(1, 5020) AS k JOIN seed_runs r ON r.n = k * 19;
CREATE TEMP TABLE seed_bodies AS
SELECT i.*, json_strip_nulls(json_build_object('id', id, 'deployment', 1, 'opened_seq', seq,
    'state', CASE WHEN open THEN 'open' ELSE 'resolved' END, 'severity', 'critical', 'cause', cause,
    'title', 'worker worker-' || k || ' is silent', 'error', 'no sign of life for 30 s', 'location', 'bench',
    'policies', json_build_array('workers'), 'owners', json_build_array('team:data'), 'affected_count', 0, 'count', 3,
    'opened_at', at, 'last_at', at, 'resolved_at', CASE WHEN NOT open THEN at + 60000000 END, 'run', run, 'messages', 2)) AS body
FROM seed_incidents i;
CREATE UNIQUE INDEX ON seed_bodies (k);

INSERT INTO incidents (id, opened_seq, opened_at, resolved_at, deployment, state, severity, cause, body)
SELECT id, seq, at, CASE WHEN NOT open THEN at + 60000000 END, 1, CASE WHEN open THEN 'open' ELSE 'resolved' END, 'critical',
    cause::text, body::text
FROM seed_bodies;

INSERT INTO outbox (seq, at, closed_at, not_before, next_at, deployment, attempts, incident, channel, topic, dedup, state, payload,
    error)
SELECT r.seq, sent.at, sent.at + 300000, sent.at, sent.at, 1, 1, i.id, 'slack', CASE WHEN r.n % 2 = 0 THEN 'alert.opened' ELSE 'alert.resolved' END,
    'seed-' || r.n, CASE WHEN r.n % 500 = 3 THEN 'dead' ELSE 'delivered' END,
    json_build_object('incident', i.body, 'policy', 'workers', 'since_last', 1)::text,
    CASE WHEN r.n % 500 = 3 THEN 'the channel answered 404' END
FROM seed_runs r JOIN seed_bodies i ON i.k = (r.n - 1) / 20 + 1
CROSS JOIN LATERAL (SELECT (SELECT now FROM seed) - (100001 - r.n) * 5000000::bigint AS at) AS sent ORDER BY r.n;

UPDATE leader SET last_seq = (SELECT max(seq) + 1 FROM events);
