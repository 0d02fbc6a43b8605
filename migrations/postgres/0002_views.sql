-- Read-only views with real timestamps, for people and BI tools. The tables are not an interface; these are.

CREATE SCHEMA headwater_views;

CREATE FUNCTION headwater_views.instant(micros BIGINT) RETURNS TIMESTAMPTZ
    LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
    RETURN 'epoch'::timestamptz + micros * INTERVAL '1 microsecond';

CREATE VIEW headwater_views.runs AS
SELECT r.id AS run, d.name AS deployment, r.state, r.started_by::jsonb AS started_by, r.schedule, r.selection,
    r.partition, COALESCE(r.tags, '{}')::jsonb AS tags, r.priority, r.steps, r.root, r.snapshot, r.reason,
    headwater_views.instant(r.created_at) AS created_at, headwater_views.instant(r.started_at) AS started_at,
    headwater_views.instant(r.ended_at) AS ended_at
FROM runs r JOIN deployments d ON d.id = r.deployment;

CREATE VIEW headwater_views.steps AS
SELECT s.run, s.step, s.state, s.attempt, s.failures, s.losses, s.worker, s.failure::jsonb AS failure, s.cause,
    headwater_views.instant(s.leased_at) AS leased_at, headwater_views.instant(s.started_at) AS started_at,
    headwater_views.instant(s.ended_at) AS ended_at
FROM steps s;

CREATE VIEW headwater_views.materializations AS
SELECT v.seq, d.name AS deployment, a.key AS asset, v.partition, v.kind, v.run, v.step, v.attempt, v.version,
    v.code_version, COALESCE((SELECT jsonb_agg(jsonb_build_object('asset', i->0, 'seq', i->1, 'version', i->2))
        FROM jsonb_array_elements(v.inputs::jsonb) i), '[]') AS inputs,
    COALESCE(v.metadata, '{}')::jsonb AS metadata,
    headwater_views.instant(v.at) AS recorded_at
FROM versions v JOIN assets a ON a.id = v.asset JOIN deployments d ON d.id = a.deployment;

CREATE VIEW headwater_views.assets AS
SELECT d.name AS deployment, a.key AS asset, a.id, c.partition, c.kind, c.seq, c.version, c.code_version, c.run,
    headwater_views.instant(c.at) AS recorded_at, headwater_views.instant(c.failed_at) AS failed_at, c.failed_run
FROM assets a JOIN deployments d ON d.id = a.deployment LEFT JOIN asset_current c ON c.asset = a.id;

CREATE VIEW headwater_views.checks AS
SELECT c.seq, d.name AS deployment, a.key AS asset, c.name AS "check", c.partition, c.run, c.step, c.passed,
    c.blocking, c.severity, c.description, COALESCE(c.metadata, '{}')::jsonb AS metadata, c.version_seq,
    headwater_views.instant(c.at) AS recorded_at
FROM checks c JOIN assets a ON a.id = c.asset JOIN deployments d ON d.id = a.deployment;

CREATE VIEW headwater_views.ticks AS
SELECT t.seq, d.name AS deployment, t.schedule, t.outcome, t.ticks, t.run, t.reason,
    headwater_views.instant(t.due_at) AS due_at, headwater_views.instant(t.through_at) AS through_at,
    headwater_views.instant(t.at) AS recorded_at
FROM ticks t JOIN deployments d ON d.id = t.deployment;
