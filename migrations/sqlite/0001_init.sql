-- The tables. migrations/postgres holds the same ones under the same names.
--
-- Times are microseconds since 1970 in UTC, ids are the 16 bytes of a UUID, truth is 0 or 1. Enumerations are text
-- with a CHECK. JSON is text, since nothing here looks into it and what was written must come back unchanged.
-- There are no foreign keys: the leader is the only writer, and each would cost a look-up per row.

CREATE TABLE leader (
    term INTEGER NOT NULL,
    ttl INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    id INTEGER PRIMARY KEY CHECK (id = 1),
    server BLOB,
    address TEXT NOT NULL
) STRICT;
INSERT INTO leader (id, term, ttl, expires_at, last_seq, address) VALUES (1, 0, 0, 0, 0, '');

CREATE TABLE deployments (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO deployments (id, name) VALUES (1, 'default');

CREATE TABLE snapshots (
    id TEXT PRIMARY KEY,
    location TEXT NOT NULL,
    manifest TEXT NOT NULL
) STRICT;

CREATE TABLE deploys (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    deployment INTEGER NOT NULL,
    location TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    principal TEXT NOT NULL,
    refused TEXT
) STRICT;
CREATE INDEX deploys_by_deployment ON deploys (deployment, seq);

-- The deploy that is live, per location.
CREATE TABLE live (
    seq INTEGER NOT NULL,
    deployment INTEGER NOT NULL,
    location TEXT NOT NULL,
    PRIMARY KEY (deployment, location)
) STRICT, WITHOUT ROWID;

CREATE TABLE commands (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    deployment INTEGER NOT NULL,
    key TEXT,
    digest TEXT NOT NULL,
    principal TEXT NOT NULL,
    kind TEXT NOT NULL,
    answer TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX commands_by_key ON commands (deployment, key) WHERE key IS NOT NULL;

CREATE TABLE assets (
    id BLOB PRIMARY KEY,
    deployment INTEGER NOT NULL,
    key TEXT NOT NULL,
    UNIQUE (deployment, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE asset_current (
    asset BLOB NOT NULL,
    seq INTEGER,
    at INTEGER,
    failed_at INTEGER,
    run BLOB,
    failed_run BLOB,
    partition TEXT NOT NULL,
    kind TEXT CHECK (kind IN ('materialized', 'observed')),
    version TEXT,
    code_version TEXT,
    cursor TEXT,
    PRIMARY KEY (asset, partition)
) STRICT, WITHOUT ROWID;

CREATE TABLE versions (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    asset BLOB NOT NULL,
    run BLOB,
    step INTEGER,
    attempt INTEGER,
    partition TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('materialized', 'observed')),
    version TEXT NOT NULL,
    code_version TEXT,
    -- One array per input: the asset's key, the number of its version, the version.
    inputs TEXT,
    metadata TEXT,
    cursor TEXT
) STRICT;
CREATE INDEX versions_by_asset ON versions (asset, seq);
CREATE INDEX versions_by_partition ON versions (asset, partition, seq) WHERE partition <> '';
CREATE INDEX versions_by_run ON versions (run, seq) WHERE run IS NOT NULL;

CREATE TABLE checks (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    asset BLOB NOT NULL,
    run BLOB,
    version_seq INTEGER,
    step INTEGER,
    passed INTEGER NOT NULL,
    blocking INTEGER NOT NULL,
    name TEXT NOT NULL,
    partition TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('warn', 'error')),
    description TEXT NOT NULL,
    metadata TEXT
) STRICT;
CREATE INDEX checks_by_asset ON checks (asset, seq);
CREATE INDEX checks_by_name ON checks (asset, name, seq);
CREATE INDEX checks_by_run ON checks (run, seq) WHERE run IS NOT NULL;

-- The latest result of each check, which is never deleted.
CREATE TABLE check_current (
    asset BLOB NOT NULL,
    seq INTEGER NOT NULL,
    name TEXT NOT NULL,
    partition TEXT NOT NULL,
    PRIMARY KEY (asset, name, partition)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
    id BLOB PRIMARY KEY,
    root BLOB NOT NULL,
    created_seq INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    timeout INTEGER,
    steps INTEGER NOT NULL,
    deployment INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('queued', 'running', 'canceling', 'succeeded', 'failed', 'canceled')),
    snapshot TEXT NOT NULL,
    started_by TEXT NOT NULL,
    schedule TEXT,
    selection TEXT NOT NULL,
    partition TEXT NOT NULL,
    tags TEXT,
    config TEXT,
    reason TEXT
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX runs_by_age ON runs (deployment, created_seq);
CREATE INDEX runs_by_state ON runs (state, deployment, created_seq);
CREATE INDEX runs_by_schedule ON runs (deployment, schedule, created_seq) WHERE schedule IS NOT NULL;
CREATE INDEX runs_by_root ON runs (root, created_seq);
CREATE INDEX runs_by_end ON runs (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE run_plans (
    run BLOB PRIMARY KEY,
    plan TEXT NOT NULL
) STRICT;

CREATE TABLE run_tags (
    run BLOB NOT NULL,
    created_seq INTEGER NOT NULL,
    deployment INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_tags_by_value ON run_tags (deployment, name, value, created_seq);

-- A step has no row until it is leased, skipped or cancelled. A row is written twice: at the lease and at the end.
CREATE TABLE steps (
    run BLOB NOT NULL,
    worker BLOB,
    token INTEGER,
    leased_at INTEGER,
    started_at INTEGER,
    ended_at INTEGER,
    retry_at INTEGER,
    step INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    losses INTEGER NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('running', 'retry_wait', 'succeeded', 'failed', 'skipped', 'canceled')),
    failure TEXT,
    cause TEXT,
    PRIMARY KEY (run, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (
    run BLOB NOT NULL,
    worker BLOB,
    leased_at INTEGER,
    started_at INTEGER,
    ended_at INTEGER NOT NULL,
    step INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    ending TEXT NOT NULL
        CHECK (ending IN ('succeeded', 'failed', 'lost', 'handed_back', 'canceled')),
    failure TEXT,
    PRIMARY KEY (run, step, attempt)
) STRICT, WITHOUT ROWID;

-- Together with versions and checks, whose numbers are of the same series, this is the event log.
CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    run BLOB,
    asset BLOB,
    step INTEGER,
    kind TEXT NOT NULL,
    subject TEXT,
    data TEXT
) STRICT;
CREATE INDEX events_by_run ON events (run, seq) WHERE run IS NOT NULL;

CREATE TABLE workers (
    id BLOB PRIMARY KEY,
    joined_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    pid INTEGER NOT NULL,
    slots INTEGER NOT NULL,
    name TEXT NOT NULL,
    host TEXT NOT NULL,
    location TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    tags TEXT,
    version TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'draining', 'gone', 'lost'))
) STRICT, WITHOUT ROWID;
CREATE INDEX workers_by_state ON workers (state, changed_at);

CREATE TABLE schedules (
    watermark INTEGER NOT NULL,
    deployment INTEGER NOT NULL,
    name TEXT NOT NULL,
    switch TEXT NOT NULL CHECK (switch IN ('on', 'off')),
    PRIMARY KEY (deployment, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE ticks (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    through_at INTEGER NOT NULL,
    ticks INTEGER NOT NULL,
    run BLOB,
    deployment INTEGER NOT NULL,
    schedule TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('launched', 'skipped', 'failed')),
    reason TEXT
) STRICT;
CREATE INDEX ticks_by_schedule ON ticks (deployment, schedule, seq);
-- A tick launches once, whatever happens.
CREATE UNIQUE INDEX ticks_launched ON ticks (deployment, schedule, due_at) WHERE outcome = 'launched';

CREATE TABLE pools (
    slots INTEGER NOT NULL,
    deployment INTEGER NOT NULL,
    pool TEXT NOT NULL,
    PRIMARY KEY (deployment, pool)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    closed_at INTEGER,
    deployment INTEGER NOT NULL,
    topic TEXT NOT NULL,
    dedup TEXT NOT NULL,
    payload TEXT NOT NULL,
    dead TEXT,
    UNIQUE (deployment, dedup)
) STRICT;
CREATE INDEX outbox_open ON outbox (seq) WHERE closed_at IS NULL OR dead IS NOT NULL;
