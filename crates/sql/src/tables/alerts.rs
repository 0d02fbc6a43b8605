//! The statements of a commit that keep incidents, policies and messages.

use crate::{
    cell::Kind::{Int4, Int8, Text, Uuid},
    dialect::Bulk,
};

pub(crate) static INCIDENTS: Bulk = Bulk::new(
    "incidents",
    &[
        ("id", Uuid),
        ("opened_seq", Int8),
        ("opened_at", Int8),
        ("resolved_at", Int8),
        ("deployment", Int4),
        ("state", Text),
        ("severity", Text),
        ("cause", Text),
        ("body", Text),
    ],
    "INSERT INTO incidents ({columns}) SELECT {columns} FROM {rows} WHERE true \
     ON CONFLICT (id) DO UPDATE SET opened_seq = excluded.opened_seq, opened_at = excluded.opened_at, \
     resolved_at = excluded.resolved_at, deployment = excluded.deployment, state = excluded.state, \
     severity = excluded.severity, cause = excluded.cause, body = excluded.body",
);

pub(crate) static ALERT_POLICIES: Bulk = Bulk::new(
    "alert_policies",
    &[("deployment", Int4), ("name", Text), ("muted_until", Int8), ("recent", Text)],
    "INSERT INTO alert_policies ({columns}) SELECT {columns} FROM {rows} WHERE true \
     ON CONFLICT (deployment, name) DO UPDATE SET muted_until = excluded.muted_until, recent = excluded.recent",
);

pub(crate) static OUTBOX: Bulk = Bulk::new(
    "outbox",
    &[
        ("seq", Int8),
        ("at", Int8),
        ("deployment", Int4),
        ("topic", Text),
        ("dedup", Text),
        ("channel", Text),
        ("incident", Uuid),
        ("not_before", Int8),
        ("payload", Text),
        ("state", Text),
        ("closed_at", Int8),
    ],
    "INSERT INTO outbox ({columns}, next_at, attempts) SELECT {columns}, not_before, 0 FROM {rows} WHERE true \
     ON CONFLICT (deployment, dedup) DO NOTHING",
);

/// Messages from earlier batches; those of the same batch are written as withdrawn.
pub(crate) static OUTBOX_WITHDRAWN: Bulk = Bulk::new(
    "outbox_withdrawn",
    &[("incident", Uuid), ("channel", Text), ("closed_at", Int8)],
    "UPDATE outbox SET state = 'withdrawn', closed_at = r.closed_at FROM {rows} \
     WHERE outbox.incident = r.incident AND outbox.channel = r.channel AND outbox.state = 'waiting'",
);

/// A message that is no longer waiting is left as it is. Null keeps what is there of the next try and the last error.
pub(crate) static OUTBOX_MARKS: Bulk = Bulk::new(
    "outbox_marks",
    &[
        ("seq", Int8),
        ("state", Text),
        ("attempts", Int4),
        ("next_at", Int8),
        ("closed_at", Int8),
        ("error", Text),
        ("receipt", Text),
    ],
    "UPDATE outbox SET state = r.state, attempts = r.attempts, next_at = COALESCE(r.next_at, outbox.next_at), \
     closed_at = r.closed_at, error = COALESCE(r.error, outbox.error), receipt = r.receipt FROM {rows} \
     WHERE outbox.seq = r.seq AND outbox.state = 'waiting'",
);
