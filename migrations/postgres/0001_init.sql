-- The tables. migrations/sqlite holds the same ones under the same names.
--
-- Times are microseconds since 1970 in UTC. Enumerations are text with a CHECK. JSON is text, since nothing here
-- looks into it and what was written must come back unchanged. Texts compare by their bytes (COLLATE "C").
-- There are no foreign keys: the leader is the only writer, and each would cost a look-up per row.
-- Wide columns come first, so that rows need no padding.

CREATE TABLE leader (
    term BIGINT NOT NULL,
    ttl BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    id INTEGER PRIMARY KEY CHECK (id = 1),
    server UUID,
    address TEXT NOT NULL
) WITH (fillfactor = 20);
INSERT INTO leader (id, term, ttl, expires_at, last_seq, address) VALUES (1, 0, 0, 0, 0, '');

CREATE TABLE deployments (
    id INTEGER PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE
);
INSERT INTO deployments (id, name) VALUES (1, 'default');

CREATE TABLE snapshots (
    id TEXT COLLATE "C" PRIMARY KEY,
    location TEXT NOT NULL,
    manifest TEXT NOT NULL
);

CREATE TABLE deploys (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    deployment INTEGER NOT NULL,
    location TEXT COLLATE "C" NOT NULL,
    snapshot TEXT COLLATE "C" NOT NULL,
    principal TEXT NOT NULL,
    refused TEXT
);
CREATE INDEX deploys_by_deployment ON deploys (deployment, seq);

-- The deploy that is live, per location.
CREATE TABLE live (
    seq BIGINT NOT NULL,
    deployment INTEGER NOT NULL,
    location TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (deployment, location)
);

CREATE TABLE commands (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    deployment INTEGER NOT NULL,
    key TEXT COLLATE "C",
    digest TEXT NOT NULL,
    principal TEXT NOT NULL,
    kind TEXT NOT NULL,
    answer TEXT NOT NULL
);
CREATE UNIQUE INDEX commands_by_key ON commands (deployment, key) WHERE key IS NOT NULL;

CREATE TABLE assets (
    id UUID PRIMARY KEY,
    deployment INTEGER NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    UNIQUE (deployment, key)
);

CREATE TABLE asset_current (
    asset UUID NOT NULL,
    seq BIGINT,
    at BIGINT,
    failed_at BIGINT,
    run UUID,
    failed_run UUID,
    partition TEXT COLLATE "C" NOT NULL,
    kind TEXT CHECK (kind IN ('materialized', 'observed')),
    version TEXT,
    code_version TEXT,
    cursor TEXT,
    PRIMARY KEY (asset, partition)
) WITH (fillfactor = 85);

CREATE TABLE versions (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    asset UUID NOT NULL,
    run UUID,
    step INTEGER,
    attempt INTEGER,
    partition TEXT COLLATE "C" NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('materialized', 'observed')),
    version TEXT NOT NULL,
    code_version TEXT,
    -- One array per input: the asset's key, the number of its version, the version.
    inputs TEXT,
    metadata TEXT,
    cursor TEXT
);
CREATE INDEX versions_by_asset ON versions (asset, seq);
CREATE INDEX versions_by_partition ON versions (asset, partition, seq) WHERE partition <> '';
CREATE INDEX versions_by_run ON versions (run, seq) WHERE run IS NOT NULL;

CREATE TABLE checks (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    asset UUID NOT NULL,
    run UUID,
    version_seq BIGINT,
    step INTEGER,
    passed BOOLEAN NOT NULL,
    blocking BOOLEAN NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    partition TEXT COLLATE "C" NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('warn', 'error')),
    description TEXT NOT NULL,
    metadata TEXT
);
CREATE INDEX checks_by_asset ON checks (asset, seq);
CREATE INDEX checks_by_name ON checks (asset, name, seq);
CREATE INDEX checks_by_run ON checks (run, seq) WHERE run IS NOT NULL;

-- The latest result of each check, which is never deleted.
CREATE TABLE check_current (
    asset UUID NOT NULL,
    seq BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    partition TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (asset, name, partition)
);

CREATE TABLE runs (
    id UUID PRIMARY KEY,
    root UUID NOT NULL,
    created_seq BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    timeout BIGINT,
    steps BIGINT NOT NULL,
    deployment INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    state TEXT COLLATE "C" NOT NULL
        CHECK (state IN ('queued', 'running', 'canceling', 'succeeded', 'failed', 'canceled')),
    snapshot TEXT COLLATE "C" NOT NULL,
    started_by TEXT NOT NULL,
    schedule TEXT COLLATE "C",
    selection TEXT NOT NULL,
    partition TEXT NOT NULL,
    tags TEXT,
    config TEXT,
    reason TEXT
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX runs_by_age ON runs (deployment, created_seq);
CREATE INDEX runs_by_state ON runs (state, deployment, created_seq);
CREATE INDEX runs_by_schedule ON runs (deployment, schedule, created_seq) WHERE schedule IS NOT NULL;
CREATE INDEX runs_by_root ON runs (root, created_seq);
CREATE INDEX runs_by_end ON runs (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE run_plans (
    run UUID PRIMARY KEY,
    plan TEXT NOT NULL
);

CREATE TABLE run_tags (
    run UUID NOT NULL,
    created_seq BIGINT NOT NULL,
    deployment INTEGER NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (run, name)
);
CREATE INDEX run_tags_by_value ON run_tags (deployment, name, value, created_seq);

-- A step has no row until it is leased, skipped or cancelled. A row is written twice: at the lease and at the end.
-- A page is filled to less than half, so that the second writing finds its place beside the first and the index
-- need not change; whole pages are ended in one commit, so nothing of them could be reused before.
CREATE TABLE steps (
    run UUID NOT NULL,
    worker UUID,
    token BIGINT,
    leased_at BIGINT,
    started_at BIGINT,
    ended_at BIGINT,
    retry_at BIGINT,
    step INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    losses INTEGER NOT NULL,
    state TEXT COLLATE "C" NOT NULL
        CHECK (state IN ('running', 'retry_wait', 'succeeded', 'failed', 'skipped', 'canceled')),
    failure TEXT,
    cause TEXT,
    PRIMARY KEY (run, step)
) WITH (fillfactor = 45);

CREATE TABLE attempts (
    run UUID NOT NULL,
    worker UUID,
    leased_at BIGINT,
    started_at BIGINT,
    ended_at BIGINT NOT NULL,
    step INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    ending TEXT COLLATE "C" NOT NULL
        CHECK (ending IN ('succeeded', 'failed', 'lost', 'handed_back', 'canceled')),
    failure TEXT,
    PRIMARY KEY (run, step, attempt)
);

-- Together with versions and checks, whose numbers are of the same series, this is the event log.
CREATE TABLE events (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    run UUID,
    asset UUID,
    step INTEGER,
    kind TEXT NOT NULL,
    subject TEXT,
    data TEXT
);
CREATE INDEX events_by_run ON events (run, seq) WHERE run IS NOT NULL;

CREATE TABLE workers (
    id UUID PRIMARY KEY,
    joined_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    pid BIGINT NOT NULL,
    slots BIGINT NOT NULL,
    name TEXT NOT NULL,
    host TEXT NOT NULL,
    location TEXT NOT NULL,
    snapshot TEXT COLLATE "C" NOT NULL,
    tags TEXT,
    version TEXT NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('active', 'draining', 'gone', 'lost'))
);
CREATE INDEX workers_by_state ON workers (state, changed_at);

CREATE TABLE schedules (
    watermark BIGINT NOT NULL,
    deployment INTEGER NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    switch TEXT NOT NULL CHECK (switch IN ('on', 'off')),
    PRIMARY KEY (deployment, name)
);

CREATE TABLE ticks (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    through_at BIGINT NOT NULL,
    ticks BIGINT NOT NULL,
    run UUID,
    deployment INTEGER NOT NULL,
    schedule TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL CHECK (outcome IN ('launched', 'skipped', 'failed')),
    reason TEXT
);
CREATE INDEX ticks_by_schedule ON ticks (deployment, schedule, seq);
-- A tick launches once, whatever happens.
CREATE UNIQUE INDEX ticks_launched ON ticks (deployment, schedule, due_at) WHERE outcome = 'launched';

CREATE TABLE pools (
    slots BIGINT NOT NULL,
    deployment INTEGER NOT NULL,
    pool TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (deployment, pool)
);

CREATE TABLE outbox (
    seq BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    closed_at BIGINT,
    deployment INTEGER NOT NULL,
    topic TEXT NOT NULL,
    dedup TEXT COLLATE "C" NOT NULL,
    payload TEXT NOT NULL,
    dead TEXT,
    UNIQUE (deployment, dedup)
);
CREATE INDEX outbox_open ON outbox (seq) WHERE closed_at IS NULL OR dead IS NOT NULL;
