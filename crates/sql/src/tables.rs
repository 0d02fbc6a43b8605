//! The statements that a commit is made of: one description of each, for any number of rows.

mod alerts;

pub(crate) use self::alerts::{ALERT_POLICIES, INCIDENTS, OUTBOX, OUTBOX_MARKS, OUTBOX_WITHDRAWN};
use crate::{
    cell::Kind::{Bool, Int4, Int8, Text, Uuid},
    dialect::{Bulk, Clocked},
};

/// Checks the term and the numbers, renews the lead and moves the end of the log, in the one row that every
/// commit and every takeover must lock.
pub(crate) static FENCE: Clocked = Clocked::new(
    "UPDATE leader SET last_seq = $1, expires_at = {now} + ttl \
     WHERE id = 1 AND term = $2 AND last_seq = $3 AND expires_at > 0",
);

/// Takes the lead. A lead that is over has an end in the past; one that was resigned ends at zero.
pub(crate) static LEAD: Clocked = Clocked::new(
    "UPDATE leader SET term = term + 1, server = $1, address = $2, ttl = $3, expires_at = {now} + $3 \
     WHERE id = 1 AND (server IS NULL OR server = $1 OR expires_at <= {now}) RETURNING term",
);

pub(crate) static RENEW: Clocked =
    Clocked::new("UPDATE leader SET ttl = $2, expires_at = {now} + $2 WHERE id = 1 AND term = $1 AND expires_at > 0");

pub(crate) static LEADER: Clocked = Clocked::new(
    "SELECT server, address, term, CASE WHEN expires_at <= {now} THEN 1 ELSE 0 END FROM leader WHERE id = 1",
);

pub(crate) static EVENTS: Bulk = Bulk::new(
    "events",
    &[
        ("seq", Int8),
        ("at", Int8),
        ("kind", Text),
        ("run", Uuid),
        ("step", Int4),
        ("asset", Uuid),
        ("subject", Text),
        ("data", Text),
    ],
    "INSERT INTO events ({columns}) SELECT {columns} FROM {rows}",
);

pub(crate) static VERSIONS: Bulk = Bulk::new(
    "versions",
    &[
        ("seq", Int8),
        ("at", Int8),
        ("asset", Uuid),
        ("partition", Text),
        ("kind", Text),
        ("run", Uuid),
        ("step", Int4),
        ("attempt", Int4),
        ("duration", Int8),
        ("version", Text),
        ("code_version", Text),
        ("inputs", Text),
        ("metadata", Text),
        ("cursor", Text),
    ],
    "INSERT INTO versions ({columns}) SELECT {columns} FROM {rows}",
);

/// A row without a number tells only of a failure.
pub(crate) static ASSET_CURRENT: Bulk = Bulk::new(
    "asset_current",
    &[
        ("asset", Uuid),
        ("partition", Text),
        ("seq", Int8),
        ("kind", Text),
        ("at", Int8),
        ("run", Uuid),
        ("version", Text),
        ("code_version", Text),
        ("cursor", Text),
        ("failed_at", Int8),
        ("failed_run", Uuid),
    ],
    "INSERT INTO asset_current AS c ({columns}) SELECT {columns} FROM {rows} WHERE true \
     ON CONFLICT (asset, partition) DO UPDATE SET \
     seq = CASE WHEN excluded.seq IS NULL THEN c.seq ELSE excluded.seq END, \
     kind = CASE WHEN excluded.seq IS NULL THEN c.kind ELSE excluded.kind END, \
     at = CASE WHEN excluded.seq IS NULL THEN c.at ELSE excluded.at END, \
     run = CASE WHEN excluded.seq IS NULL THEN c.run ELSE excluded.run END, \
     version = CASE WHEN excluded.seq IS NULL THEN c.version ELSE excluded.version END, \
     code_version = CASE WHEN excluded.seq IS NULL THEN c.code_version ELSE excluded.code_version END, \
     cursor = COALESCE(excluded.cursor, c.cursor), \
     failed_at = excluded.failed_at, failed_run = excluded.failed_run",
);

pub(crate) static CHECKS: Bulk = Bulk::new(
    "checks",
    &[
        ("seq", Int8),
        ("at", Int8),
        ("asset", Uuid),
        ("name", Text),
        ("partition", Text),
        ("run", Uuid),
        ("step", Int4),
        ("version_seq", Int8),
        ("passed", Bool),
        ("blocking", Bool),
        ("severity", Text),
        ("description", Text),
        ("metadata", Text),
    ],
    "INSERT INTO checks ({columns}) SELECT {columns} FROM {rows}",
);

pub(crate) static CHECK_CURRENT: Bulk = Bulk::new(
    "check_current",
    &[("asset", Uuid), ("name", Text), ("partition", Text), ("seq", Int8)],
    "INSERT INTO check_current ({columns}) SELECT {columns} FROM {rows} WHERE true \
     ON CONFLICT (asset, name, partition) DO UPDATE SET seq = excluded.seq",
);

pub(crate) static RUNS: Bulk = Bulk::new(
    "runs",
    &[
        ("id", Uuid),
        ("created_seq", Int8),
        ("deployment", Int4),
        ("snapshot", Text),
        ("state", Text),
        ("started_by", Text),
        ("schedule", Text),
        ("selection", Text),
        ("partition", Text),
        ("tags", Text),
        ("config", Text),
        ("priority", Int4),
        ("timeout", Int8),
        ("root", Uuid),
        ("steps", Int8),
        ("created_at", Int8),
        ("started_at", Int8),
        ("ended_at", Int8),
        ("reason", Text),
    ],
    "INSERT INTO runs ({columns}) SELECT {columns} FROM {rows}",
);

/// Only runs that have not ended change.
pub(crate) static RUN_CHANGES: Bulk = Bulk::new(
    "run_changes",
    &[("id", Uuid), ("state", Text), ("started_at", Int8), ("ended_at", Int8), ("reason", Text)],
    "UPDATE runs SET state = r.state, started_at = COALESCE(r.started_at, runs.started_at), \
     ended_at = r.ended_at, reason = r.reason FROM {rows} \
     WHERE runs.id = r.id AND runs.state IN ('queued', 'running', 'canceling')",
);

pub(crate) static RUN_PLANS: Bulk = Bulk::new(
    "run_plans",
    &[("run", Uuid), ("plan", Text)],
    "INSERT INTO run_plans ({columns}) SELECT {columns} FROM {rows}",
);

pub(crate) static RUN_TAGS: Bulk = Bulk::new(
    "run_tags",
    &[("run", Uuid), ("name", Text), ("value", Text), ("deployment", Int4), ("created_seq", Int8)],
    "INSERT INTO run_tags ({columns}) SELECT {columns} FROM {rows}",
);

/// Attempts that ended, before their steps' rows change: a lease from an earlier batch is only there.
pub(crate) static ATTEMPTS: Bulk = Bulk::new(
    "attempts",
    &[
        ("run", Uuid),
        ("step", Int4),
        ("attempt", Int4),
        ("worker", Uuid),
        ("leased_at", Int8),
        ("started_at", Int8),
        ("ended_at", Int8),
        ("ending", Text),
        ("failure", Text),
    ],
    "INSERT INTO attempts ({columns}) SELECT r.run, r.step, r.attempt, COALESCE(r.worker, s.worker), \
     COALESCE(r.leased_at, s.leased_at), r.started_at, r.ended_at, r.ending, r.failure \
     FROM {rows} LEFT JOIN steps s ON s.run = r.run AND s.step = r.step \
     WHERE r.leased_at IS NOT NULL OR s.run IS NOT NULL",
);

/// Only steps that have not ended change. Numbers of failures and losses never fall, and a row without a lease
/// of its own keeps the stored one.
pub(crate) static STEPS: Bulk = Bulk::new(
    "steps",
    &[
        ("run", Uuid),
        ("step", Int4),
        ("state", Text),
        ("attempt", Int4),
        ("failures", Int4),
        ("losses", Int4),
        ("worker", Uuid),
        ("token", Int8),
        ("leased_at", Int8),
        ("started_at", Int8),
        ("ended_at", Int8),
        ("retry_at", Int8),
        ("failure", Text),
        ("cause", Text),
    ],
    "INSERT INTO steps AS s ({columns}) SELECT {columns} FROM {rows} WHERE true \
     ON CONFLICT (run, step) DO UPDATE SET state = excluded.state, attempt = excluded.attempt, \
     failures = CASE WHEN excluded.failures > s.failures THEN excluded.failures ELSE s.failures END, \
     losses = CASE WHEN excluded.losses > s.losses THEN excluded.losses ELSE s.losses END, \
     worker = COALESCE(excluded.worker, s.worker), token = COALESCE(excluded.token, s.token), \
     leased_at = COALESCE(excluded.leased_at, s.leased_at), started_at = excluded.started_at, \
     ended_at = excluded.ended_at, retry_at = excluded.retry_at, failure = excluded.failure, cause = excluded.cause \
     WHERE s.state NOT IN ('succeeded', 'failed', 'skipped', 'canceled')",
);

pub(crate) static SNAPSHOTS: Bulk = Bulk::new(
    "snapshots",
    &[("id", Text), ("location", Text), ("manifest", Text)],
    "INSERT INTO snapshots ({columns}) SELECT {columns} FROM {rows} WHERE true ON CONFLICT (id) DO NOTHING",
);

pub(crate) static DEPLOYS: Bulk = Bulk::new(
    "deploys",
    &[
        ("seq", Int8),
        ("at", Int8),
        ("deployment", Int4),
        ("location", Text),
        ("snapshot", Text),
        ("principal", Text),
        ("refused", Text),
    ],
    "INSERT INTO deploys ({columns}) SELECT {columns} FROM {rows}",
);

pub(crate) static LIVE: Bulk = Bulk::new(
    "live",
    &[("deployment", Int4), ("location", Text), ("seq", Int8)],
    "INSERT INTO live ({columns}) SELECT {columns} FROM {rows} WHERE true \
     ON CONFLICT (deployment, location) DO UPDATE SET seq = excluded.seq",
);

/// Gives renamed assets names that no key can have, so that two of them can trade theirs.
pub(crate) static ASSETS_ASIDE: Bulk = Bulk::new(
    "assets_aside",
    &[("id", Uuid), ("key", Text), ("aside", Text)],
    "UPDATE assets SET key = r.aside FROM {rows} WHERE assets.id = r.id AND assets.key <> r.key",
);

pub(crate) static ASSETS: Bulk = Bulk::new(
    "assets",
    &[("id", Uuid), ("deployment", Int4), ("key", Text)],
    "INSERT INTO assets ({columns}) SELECT {columns} FROM {rows} WHERE true \
     ON CONFLICT (id) DO UPDATE SET deployment = excluded.deployment, key = excluded.key",
);

pub(crate) static COMMANDS: Bulk = Bulk::new(
    "commands",
    &[
        ("seq", Int8),
        ("at", Int8),
        ("deployment", Int4),
        ("key", Text),
        ("digest", Text),
        ("principal", Text),
        ("kind", Text),
        ("answer", Text),
    ],
    "INSERT INTO commands ({columns}) SELECT {columns} FROM {rows}",
);

pub(crate) static WORKERS: Bulk = Bulk::new(
    "workers",
    &[
        ("id", Uuid),
        ("name", Text),
        ("host", Text),
        ("pid", Int8),
        ("location", Text),
        ("snapshot", Text),
        ("slots", Int8),
        ("tags", Text),
        ("version", Text),
        ("state", Text),
        ("joined_at", Int8),
        ("changed_at", Int8),
    ],
    "INSERT INTO workers ({columns}) SELECT {columns} FROM {rows} WHERE true \
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, host = excluded.host, pid = excluded.pid, \
     location = excluded.location, snapshot = excluded.snapshot, slots = excluded.slots, tags = excluded.tags, \
     version = excluded.version, state = excluded.state, joined_at = excluded.joined_at, \
     changed_at = excluded.changed_at",
);

pub(crate) static WORKER_CHANGES: Bulk = Bulk::new(
    "worker_changes",
    &[("id", Uuid), ("state", Text), ("changed_at", Int8)],
    "UPDATE workers SET state = r.state, changed_at = r.changed_at FROM {rows} WHERE workers.id = r.id",
);

pub(crate) static SCHEDULES: Bulk = Bulk::new(
    "schedules",
    &[("deployment", Int4), ("name", Text), ("switch", Text), ("watermark", Int8)],
    "INSERT INTO schedules ({columns}) SELECT {columns} FROM {rows} WHERE true \
     ON CONFLICT (deployment, name) DO UPDATE SET switch = excluded.switch, watermark = excluded.watermark",
);

pub(crate) static TICKS: Bulk = Bulk::new(
    "ticks",
    &[
        ("seq", Int8),
        ("at", Int8),
        ("deployment", Int4),
        ("schedule", Text),
        ("due_at", Int8),
        ("through_at", Int8),
        ("ticks", Int8),
        ("outcome", Text),
        ("run", Uuid),
        ("reason", Text),
    ],
    "INSERT INTO ticks ({columns}) SELECT {columns} FROM {rows}",
);

pub(crate) static POOLS: Bulk = Bulk::new(
    "pools",
    &[("deployment", Int4), ("pool", Text), ("slots", Int8)],
    "INSERT INTO pools ({columns}) SELECT {columns} FROM {rows} WHERE true \
     ON CONFLICT (deployment, pool) DO UPDATE SET slots = excluded.slots",
);

pub(crate) static POOLS_CLEARED: Bulk = Bulk::new(
    "pools_cleared",
    &[("deployment", Int4), ("pool", Text)],
    "DELETE FROM pools WHERE (deployment, pool) IN (SELECT r.deployment, r.pool FROM {rows})",
);

/// Every statement that takes rows, for the test that prepares them all.
#[cfg(test)]
pub(crate) static ALL: &[&Bulk] = &[
    &EVENTS,
    &VERSIONS,
    &ASSET_CURRENT,
    &CHECKS,
    &CHECK_CURRENT,
    &RUNS,
    &RUN_CHANGES,
    &RUN_PLANS,
    &RUN_TAGS,
    &ATTEMPTS,
    &STEPS,
    &SNAPSHOTS,
    &DEPLOYS,
    &LIVE,
    &ASSETS_ASIDE,
    &ASSETS,
    &COMMANDS,
    &WORKERS,
    &WORKER_CHANGES,
    &SCHEDULES,
    &TICKS,
    &POOLS,
    &POOLS_CLEARED,
    &INCIDENTS,
    &ALERT_POLICIES,
    &OUTBOX,
    &OUTBOX_WITHDRAWN,
    &OUTBOX_MARKS,
];

/// Every statement that asks for the time, likewise.
#[cfg(test)]
pub(crate) static CLOCKED: &[&Clocked] = &[&FENCE, &LEAD, &RENEW, &LEADER];
