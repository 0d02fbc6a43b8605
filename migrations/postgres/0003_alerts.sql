-- Incidents, the state of alert policies, messages with their delivery, and how long versions took to make.

CREATE TABLE incidents (
    id UUID PRIMARY KEY,
    opened_seq BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    resolved_at BIGINT,
    deployment INTEGER NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('open', 'acknowledged', 'resolved')),
    severity TEXT COLLATE "C" NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
    -- As JSON, since two causes may read alike.
    cause TEXT COLLATE "C" NOT NULL,
    -- The whole record as JSON.
    body TEXT NOT NULL
);
CREATE INDEX incidents_by_age ON incidents (deployment, opened_seq);
CREATE INDEX incidents_unresolved ON incidents (deployment, opened_seq) WHERE state <> 'resolved';
CREATE INDEX incidents_by_end ON incidents (resolved_at) WHERE resolved_at IS NOT NULL;
-- A cause has one incident that goes on, whatever happens. A selection may be longer than an index takes.
CREATE UNIQUE INDEX incidents_by_cause ON incidents (deployment, cause)
    WHERE state <> 'resolved' AND length(cause) <= 600;

CREATE TABLE alert_policies (
    muted_until BIGINT,
    deployment INTEGER NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    -- Times of what happened lately, as JSON.
    recent TEXT,
    PRIMARY KEY (deployment, name)
);

DROP INDEX outbox_open;
ALTER TABLE outbox
    ADD COLUMN not_before BIGINT,
    ADD COLUMN next_at BIGINT,
    ADD COLUMN incident UUID,
    ADD COLUMN attempts INTEGER,
    ADD COLUMN channel TEXT COLLATE "C",
    ADD COLUMN state TEXT COLLATE "C" CHECK (state IN ('waiting', 'delivered', 'withdrawn', 'dead')),
    ADD COLUMN error TEXT,
    ADD COLUMN receipt TEXT;
UPDATE outbox SET not_before = at, next_at = at, attempts = 0, channel = '', error = dead,
    state = CASE WHEN dead IS NOT NULL THEN 'dead' WHEN closed_at IS NOT NULL THEN 'delivered' ELSE 'waiting' END;
ALTER TABLE outbox
    ALTER COLUMN not_before SET NOT NULL,
    ALTER COLUMN next_at SET NOT NULL,
    ALTER COLUMN attempts SET NOT NULL,
    ALTER COLUMN channel SET NOT NULL,
    ALTER COLUMN state SET NOT NULL,
    DROP COLUMN dead;
CREATE INDEX outbox_waiting ON outbox (seq) WHERE state = 'waiting';
CREATE INDEX outbox_by_age ON outbox (deployment, seq);
CREATE INDEX outbox_by_state ON outbox (deployment, state, seq);
CREATE INDEX outbox_by_incident ON outbox (incident, deployment, seq) WHERE incident IS NOT NULL;
CREATE INDEX outbox_by_end ON outbox (closed_at) WHERE closed_at IS NOT NULL;

-- In microseconds.
ALTER TABLE versions ADD COLUMN duration BIGINT;

CREATE VIEW headwater_views.incidents AS
SELECT i.id AS incident, d.name AS deployment, i.state, i.severity, b.body->>'title' AS title,
    i.cause::jsonb AS cause, b.body->>'error' AS error, b.body->>'location' AS location, b.body->'policies' AS policies,
    COALESCE(b.body->'owners', '[]') AS owners, COALESCE(b.body->'affected', '[]') AS affected,
    (b.body->>'affected_count')::bigint AS affected_count, (b.body->>'count')::bigint AS count,
    (b.body->>'run')::uuid AS run, b.body->'acknowledged'->>'by' AS acknowledged_by,
    headwater_views.instant(i.opened_at) AS opened_at,
    headwater_views.instant((b.body->>'last_at')::bigint) AS last_at,
    headwater_views.instant((b.body->'acknowledged'->>'at')::bigint) AS acknowledged_at,
    headwater_views.instant(i.resolved_at) AS resolved_at
FROM incidents i JOIN deployments d ON d.id = i.deployment, LATERAL (SELECT i.body::jsonb AS body) b;

CREATE VIEW headwater_views.deliveries AS
SELECT o.seq, d.name AS deployment, o.channel, o.topic, o.incident, o.payload::jsonb->>'policy' AS policy, o.state,
    o.attempts, o.error, headwater_views.instant(o.at) AS decided_at,
    headwater_views.instant(o.not_before) AS not_before, headwater_views.instant(o.next_at) AS next_at,
    headwater_views.instant(o.closed_at) AS closed_at
FROM outbox o JOIN deployments d ON d.id = o.deployment;

CREATE OR REPLACE VIEW headwater_views.materializations AS
SELECT v.seq, d.name AS deployment, a.key AS asset, v.partition, v.kind, v.run, v.step, v.attempt, v.version,
    v.code_version, COALESCE((SELECT jsonb_agg(jsonb_build_object('asset', i->0, 'seq', i->1, 'version', i->2))
        FROM jsonb_array_elements(v.inputs::jsonb) i), '[]') AS inputs,
    COALESCE(v.metadata, '{}')::jsonb AS metadata,
    headwater_views.instant(v.at) AS recorded_at, (v.duration / 1e6)::double precision AS seconds
FROM versions v JOIN assets a ON a.id = v.asset JOIN deployments d ON d.id = a.deployment;
