-- Read-only views with readable ids and times, for people and BI tools. They carry a prefix where Postgres has a
-- schema of their own. The tables are not an interface; these are.

CREATE VIEW headwater_views_runs AS
SELECT lower(hex(r.id)) AS run, d.name AS deployment, r.state, r.started_by, r.schedule, r.selection,
    r.partition, COALESCE(r.tags, '{}') AS tags, r.priority, r.steps, lower(hex(r.root)) AS root, r.snapshot, r.reason,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.created_at / 1e6, 'unixepoch') AS created_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.started_at / 1e6, 'unixepoch') AS started_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', r.ended_at / 1e6, 'unixepoch') AS ended_at
FROM runs r JOIN deployments d ON d.id = r.deployment;

CREATE VIEW headwater_views_steps AS
SELECT lower(hex(s.run)) AS run, s.step, s.state, s.attempt, s.failures, s.losses, lower(hex(s.worker)) AS worker,
    s.failure, s.cause,
    strftime('%Y-%m-%dT%H:%M:%fZ', s.leased_at / 1e6, 'unixepoch') AS leased_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', s.started_at / 1e6, 'unixepoch') AS started_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', s.ended_at / 1e6, 'unixepoch') AS ended_at
FROM steps s;

CREATE VIEW headwater_views_materializations AS
SELECT v.seq, d.name AS deployment, a.key AS asset, v.partition, v.kind, lower(hex(v.run)) AS run, v.step, v.attempt,
    v.version, v.code_version,
    (SELECT json_group_array(json_object('asset', i.value->>0, 'seq', i.value->>1, 'version', i.value->>2))
        FROM json_each(COALESCE(v.inputs, '[]')) i) AS inputs,
    COALESCE(v.metadata, '{}') AS metadata,
    strftime('%Y-%m-%dT%H:%M:%fZ', v.at / 1e6, 'unixepoch') AS recorded_at
FROM versions v JOIN assets a ON a.id = v.asset JOIN deployments d ON d.id = a.deployment;

CREATE VIEW headwater_views_assets AS
SELECT d.name AS deployment, a.key AS asset, lower(hex(a.id)) AS id, c.partition, c.kind, c.seq, c.version,
    c.code_version, lower(hex(c.run)) AS run,
    strftime('%Y-%m-%dT%H:%M:%fZ', c.at / 1e6, 'unixepoch') AS recorded_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', c.failed_at / 1e6, 'unixepoch') AS failed_at, lower(hex(c.failed_run)) AS failed_run
FROM assets a JOIN deployments d ON d.id = a.deployment LEFT JOIN asset_current c ON c.asset = a.id;

CREATE VIEW headwater_views_checks AS
SELECT c.seq, d.name AS deployment, a.key AS asset, c.name AS "check", c.partition, lower(hex(c.run)) AS run, c.step,
    c.passed, c.blocking, c.severity, c.description, COALESCE(c.metadata, '{}') AS metadata, c.version_seq,
    strftime('%Y-%m-%dT%H:%M:%fZ', c.at / 1e6, 'unixepoch') AS recorded_at
FROM checks c JOIN assets a ON a.id = c.asset JOIN deployments d ON d.id = a.deployment;

CREATE VIEW headwater_views_ticks AS
SELECT t.seq, d.name AS deployment, t.schedule, t.outcome, t.ticks, lower(hex(t.run)) AS run, t.reason,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.due_at / 1e6, 'unixepoch') AS due_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.through_at / 1e6, 'unixepoch') AS through_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', t.at / 1e6, 'unixepoch') AS recorded_at
FROM ticks t JOIN deployments d ON d.id = t.deployment;
