-- Incidents, the state of alert policies, messages with their delivery, and how long versions took to make.

CREATE TABLE incidents (
    id BLOB PRIMARY KEY,
    opened_seq INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    resolved_at INTEGER,
    deployment INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'acknowledged', 'resolved')),
    severity TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
    -- As JSON, since two causes may read alike.
    cause TEXT NOT NULL,
    -- The whole record as JSON.
    body TEXT NOT NULL
) STRICT;
CREATE INDEX incidents_by_age ON incidents (deployment, opened_seq);
CREATE INDEX incidents_unresolved ON incidents (deployment, opened_seq) WHERE state <> 'resolved';
CREATE INDEX incidents_by_end ON incidents (resolved_at) WHERE resolved_at IS NOT NULL;
-- A cause has one incident that goes on, whatever happens. A selection may be longer than an index should take.
CREATE UNIQUE INDEX incidents_by_cause ON incidents (deployment, cause)
    WHERE state <> 'resolved' AND length(cause) <= 600;

CREATE TABLE alert_policies (
    muted_until INTEGER,
    deployment INTEGER NOT NULL,
    name TEXT NOT NULL,
    -- Times of what happened lately, as JSON.
    recent TEXT,
    PRIMARY KEY (deployment, name)
) STRICT, WITHOUT ROWID;

-- SQLite adds no column that must have a value, so the table is made anew.
CREATE TABLE outbox_new (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    closed_at INTEGER,
    incident BLOB,
    deployment INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    topic TEXT NOT NULL,
    channel TEXT NOT NULL,
    dedup TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'withdrawn', 'dead')),
    payload TEXT NOT NULL,
    error TEXT,
    receipt TEXT,
    UNIQUE (deployment, dedup)
) STRICT;
INSERT INTO outbox_new (seq, at, not_before, next_at, closed_at, deployment, attempts, topic, channel, dedup, state,
    payload, error)
SELECT seq, at, at, at, closed_at, deployment, 0, topic, '', dedup,
    CASE WHEN dead IS NOT NULL THEN 'dead' WHEN closed_at IS NOT NULL THEN 'delivered' ELSE 'waiting' END, payload, dead
FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_new RENAME TO outbox;
CREATE INDEX outbox_waiting ON outbox (seq) WHERE state = 'waiting';
CREATE INDEX outbox_by_age ON outbox (deployment, seq);
CREATE INDEX outbox_by_state ON outbox (deployment, state, seq);
CREATE INDEX outbox_by_incident ON outbox (incident, deployment, seq) WHERE incident IS NOT NULL;
CREATE INDEX outbox_by_end ON outbox (closed_at) WHERE closed_at IS NOT NULL;

-- In microseconds.
ALTER TABLE versions ADD COLUMN duration INTEGER;

CREATE VIEW headwater_views_incidents AS
SELECT lower(hex(i.id)) AS incident, d.name AS deployment, i.state, i.severity, i.body->>'title' AS title, i.cause,
    i.body->>'error' AS error, i.body->>'location' AS location, i.body->'policies' AS policies,
    COALESCE(i.body->'owners', '[]') AS owners, COALESCE(i.body->'affected', '[]') AS affected,
    i.body->>'affected_count' AS affected_count, i.body->>'count' AS count,
    replace(i.body->>'run', '-', '') AS run, i.body->'acknowledged'->>'by' AS acknowledged_by,
    strftime('%Y-%m-%dT%H:%M:%fZ', i.opened_at / 1e6, 'unixepoch') AS opened_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', (i.body->>'last_at') / 1e6, 'unixepoch') AS last_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', (i.body->'acknowledged'->>'at') / 1e6, 'unixepoch') AS acknowledged_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', i.resolved_at / 1e6, 'unixepoch') AS resolved_at
FROM incidents i JOIN deployments d ON d.id = i.deployment;

CREATE VIEW headwater_views_deliveries AS
SELECT o.seq, d.name AS deployment, o.channel, o.topic, NULLIF(lower(hex(o.incident)), '') AS incident,
    o.payload->>'policy' AS policy, o.state, o.attempts, o.error,
    strftime('%Y-%m-%dT%H:%M:%fZ', o.at / 1e6, 'unixepoch') AS decided_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', o.not_before / 1e6, 'unixepoch') AS not_before,
    strftime('%Y-%m-%dT%H:%M:%fZ', o.next_at / 1e6, 'unixepoch') AS next_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', o.closed_at / 1e6, 'unixepoch') AS closed_at
FROM outbox o JOIN deployments d ON d.id = o.deployment;

DROP VIEW headwater_views_materializations;
CREATE VIEW headwater_views_materializations AS
SELECT v.seq, d.name AS deployment, a.key AS asset, v.partition, v.kind, lower(hex(v.run)) AS run, v.step, v.attempt,
    v.version, v.code_version,
    (SELECT json_group_array(json_object('asset', i.value->>0, 'seq', i.value->>1, 'version', i.value->>2))
        FROM json_each(COALESCE(v.inputs, '[]')) i) AS inputs,
    COALESCE(v.metadata, '{}') AS metadata,
    strftime('%Y-%m-%dT%H:%M:%fZ', v.at / 1e6, 'unixepoch') AS recorded_at, v.duration / 1e6 AS seconds
FROM versions v JOIN assets a ON a.id = v.asset JOIN deployments d ON d.id = a.deployment;
