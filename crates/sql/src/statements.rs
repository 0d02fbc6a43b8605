//! What is read: one text for both databases. Lists are read by key, along an index.

/// Declares the statements and the list of all of them, which a test prepares on both databases.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $($part:expr),+;)+) => {
        $($(#[$doc])* pub(crate) const $name: &str = concat!($($part),+);)+
        /// Every statement, by name.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

/// The columns of each record, in the order in which `decode` reads them. Each list has its table's alias.
macro_rules! columns {
    (deploy) => { "d.seq, d.deployment, d.location, d.snapshot, d.at, d.principal, d.refused" };
    (snapshot) => { "s.id, s.location, s.manifest" };
    (asset) => { "a.id, a.deployment, a.key" };
    (current) => {
        "c.asset, c.partition, c.seq, c.kind, c.at, c.run, c.version, c.code_version, c.cursor, c.failed_at, c.failed_run"
    };
    (version) => {
        "v.seq, v.asset, v.partition, v.kind, v.run, v.step, v.attempt, v.at, v.duration, v.version, v.code_version, \
         v.inputs, v.metadata, v.cursor"
    };
    (check) => {
        "c.seq, c.asset, c.name, c.partition, c.run, c.step, c.at, c.version_seq, c.passed, c.blocking, c.severity, \
         c.description, c.metadata"
    };
    (run) => {
        "r.id, r.created_seq, r.deployment, r.snapshot, r.state, r.started_by, r.selection, r.partition, r.tags, \
         r.config, r.priority, r.timeout, r.root, r.steps, r.created_at, r.started_at, r.ended_at, r.reason"
    };
    (ended_run) => {
        "r.id, r.created_seq, r.deployment, r.snapshot, r.state, r.started_by, r.selection, r.partition, NULL, NULL, \
         r.priority, r.timeout, r.root, r.steps, r.created_at, r.started_at, r.ended_at, r.reason"
    };
    (step) => {
        "s.run, s.step, s.state, s.attempt, s.failures, s.losses, s.worker, s.token, s.leased_at, s.started_at, \
         s.ended_at, s.retry_at, s.failure, s.cause"
    };
    (attempt) => {
        "a.run, a.step, a.attempt, a.worker, a.leased_at, a.started_at, a.ended_at, a.ending, a.failure"
    };
    (worker) => {
        "w.id, w.name, w.host, w.pid, w.location, w.snapshot, w.slots, w.tags, w.version, w.state, w.joined_at, \
         w.changed_at"
    };
    (schedule) => { "s.deployment, s.name, s.switch, s.watermark" };
    (tick) => {
        "t.seq, t.deployment, t.schedule, t.due_at, t.through_at, t.ticks, t.at, t.outcome, t.run, t.reason"
    };
    (command) => { "c.seq, c.deployment, c.key, c.digest, c.principal, c.kind, c.at, c.answer" };
    (incident) => { "i.body" };
    (policy) => { "p.deployment, p.name, p.muted_until, p.recent" };
    (outbox) => {
        "o.seq, o.deployment, o.topic, o.dedup, o.at, o.channel, o.incident, o.not_before, o.payload, o.state, \
         o.attempts, o.next_at, o.closed_at, o.error, o.receipt"
    };
    (active) => { "('queued', 'running', 'canceling')" };
}

pub(crate) use columns;

statements! {
    LAST_SEQ = "SELECT last_seq FROM leader WHERE id = 1";
    DEPLOYMENTS = "SELECT id, name FROM deployments ORDER BY id";
    DEPLOYS = "SELECT ", columns!(deploy), " FROM deploys d WHERE d.deployment = $1 AND d.seq < $2 \
        ORDER BY d.seq DESC LIMIT $3";
    LIVE = "SELECT ", columns!(deploy), " FROM live l JOIN deploys d ON d.seq = l.seq WHERE l.deployment = $1 \
        ORDER BY l.location";
    SNAPSHOT = "SELECT ", columns!(snapshot), " FROM snapshots s WHERE s.id = $1";
    ASSETS = "SELECT ", columns!(asset), " FROM assets a WHERE a.deployment = $1 ORDER BY a.key";
    CURRENT = "SELECT ", columns!(current), " FROM asset_current c JOIN assets a ON a.id = c.asset \
        WHERE a.deployment = $1 ORDER BY c.asset, c.partition";
    /// Here and in the other two of this kind, a longer list stands in place of `($1)`.
    CURRENT_OF = "SELECT ", columns!(current), " FROM asset_current c WHERE c.asset IN ($1)";
    VERSIONS_AT = "SELECT ", columns!(version), " FROM versions v WHERE v.seq IN ($1)";
    CURRENT_CHECKS_OF = "SELECT ", columns!(check), " FROM check_current k JOIN checks c ON c.seq = k.seq \
        WHERE k.asset IN ($1)";
    VERSIONS = "SELECT ", columns!(version), " FROM versions v WHERE v.asset = $1 AND v.seq < $2 \
        ORDER BY v.seq DESC LIMIT $3";
    VERSIONS_WHOLE = "SELECT ", columns!(version), " FROM versions v WHERE v.asset = $1 AND v.seq < $2 \
        AND v.partition = '' ORDER BY v.seq DESC LIMIT $3";
    /// The index has partitioned assets only.
    VERSIONS_OF_PARTITION = "SELECT ", columns!(version), " FROM versions v WHERE v.asset = $1 AND v.seq < $2 \
        AND v.partition = $4 AND v.partition <> '' ORDER BY v.seq DESC LIMIT $3";
    VERSIONS_OF_RUN = "SELECT ", columns!(version), " FROM versions v WHERE v.asset = $1 AND v.seq < $2 \
        AND v.run = $4 ORDER BY v.seq DESC LIMIT $3";
    VERSIONS_OF_RUN_AND_PARTITION = "SELECT ", columns!(version), " FROM versions v WHERE v.asset = $1 AND v.seq < $2 \
        AND v.run = $4 AND v.partition = $5 ORDER BY v.seq DESC LIMIT $3";
    RUN_VERSIONS = "SELECT ", columns!(version), " FROM versions v WHERE v.run = $1 ORDER BY v.seq LIMIT $2";
    CHECKS = "SELECT ", columns!(check), " FROM checks c WHERE c.asset = $1 AND c.seq < $2 \
        ORDER BY c.seq DESC LIMIT $3";
    CHECKS_OF_NAME = "SELECT ", columns!(check), " FROM checks c WHERE c.asset = $1 AND c.seq < $2 \
        AND c.name = $4 ORDER BY c.seq DESC LIMIT $3";
    CURRENT_CHECKS = "SELECT ", columns!(check), " FROM check_current k JOIN checks c ON c.seq = k.seq \
        JOIN assets a ON a.id = k.asset WHERE a.deployment = $1 ORDER BY k.asset, k.name, k.partition";
    RUN_CHECKS = "SELECT ", columns!(check), " FROM checks c WHERE c.run = $1 ORDER BY c.seq";
    RUN = "SELECT ", columns!(run), " FROM runs r WHERE r.id = $1";
    RUN_COUNTS = "SELECT r.state, COUNT(*) FROM runs r WHERE r.deployment = $1 AND r.state IN ", columns!(active), " \
        GROUP BY r.state";
    RUN_STATES_SINCE = "SELECT x.state, COUNT(*) FROM (SELECT r.state FROM runs r WHERE r.deployment = $1 \
        AND r.created_at >= $2 ORDER BY r.created_at DESC LIMIT $3) x GROUP BY x.state";
    STEPS = "SELECT ", columns!(step), " FROM steps s WHERE s.run = $1 ORDER BY s.step";
    STEPS_IN_HAND = "SELECT s.run, s.step, s.state FROM steps s JOIN runs r ON r.id = s.run \
        WHERE r.deployment = $1 AND r.state IN ", columns!(active), " AND s.state IN ('running', 'retry_wait') \
        ORDER BY s.run, s.step";
    ATTEMPTS = "SELECT ", columns!(attempt), " FROM attempts a WHERE a.run = $1 ORDER BY a.step, a.attempt";
    ATTEMPTS_OF_STEP = "SELECT ", columns!(attempt), " FROM attempts a WHERE a.run = $1 AND a.step = $2 \
        ORDER BY a.attempt";
    EVENTS = "SELECT * FROM ( \
        SELECT * FROM (SELECT e.seq, e.at, e.kind, e.run, e.step, e.asset, e.subject, e.data, \
            NULL AS version, NULL AS severity, NULL AS description \
            FROM events e WHERE e.seq > $1 ORDER BY e.seq LIMIT $2) e1 \
        UNION ALL SELECT * FROM (SELECT v.seq, v.at, 'asset_' || v.kind, v.run, v.step, v.asset, NULL, NULL, \
            v.version, NULL, NULL FROM versions v WHERE v.seq > $1 ORDER BY v.seq LIMIT $2) e2 \
        UNION ALL SELECT * FROM (SELECT c.seq, c.at, CASE WHEN c.passed THEN 'check_passed' ELSE 'check_failed' END, \
            c.run, c.step, c.asset, c.name, NULL, NULL, c.severity, c.description \
            FROM checks c WHERE c.seq > $1 ORDER BY c.seq LIMIT $2) e3 \
        ) merged ORDER BY seq LIMIT $2";
    EVENTS_OF_RUN = "SELECT * FROM ( \
        SELECT * FROM (SELECT e.seq, e.at, e.kind, e.run, e.step, e.asset, e.subject, e.data, \
            NULL AS version, NULL AS severity, NULL AS description \
            FROM events e WHERE e.run = $3 AND e.seq > $1 ORDER BY e.seq LIMIT $2) e1 \
        UNION ALL SELECT * FROM (SELECT v.seq, v.at, 'asset_' || v.kind, v.run, v.step, v.asset, NULL, NULL, \
            v.version, NULL, NULL FROM versions v WHERE v.run = $3 AND v.seq > $1 ORDER BY v.seq LIMIT $2) e2 \
        UNION ALL SELECT * FROM (SELECT c.seq, c.at, CASE WHEN c.passed THEN 'check_passed' ELSE 'check_failed' END, \
            c.run, c.step, c.asset, c.name, NULL, NULL, c.severity, c.description \
            FROM checks c WHERE c.run = $3 AND c.seq > $1 ORDER BY c.seq LIMIT $2) e3 \
        ) merged ORDER BY seq LIMIT $2";
    WORKERS_PRESENT = "SELECT ", columns!(worker), " FROM workers w WHERE w.state IN ('active', 'draining') \
        ORDER BY w.joined_at, w.id";
    WORKERS_PAST = "SELECT ", columns!(worker), " FROM workers w WHERE w.state IN ('gone', 'lost') \
        ORDER BY w.changed_at DESC, w.id DESC LIMIT $1";
    SCHEDULES = "SELECT ", columns!(schedule), " FROM schedules s WHERE s.deployment = $1 ORDER BY s.name";
    TICKS = "SELECT ", columns!(tick), " FROM ticks t WHERE t.deployment = $1 AND t.schedule = $2 AND t.seq < $3 \
        ORDER BY t.seq DESC LIMIT $4";
    POOLS = "SELECT p.deployment, p.pool, p.slots FROM pools p WHERE p.deployment = $1 ORDER BY p.pool";
    INCIDENT = "SELECT ", columns!(incident), " FROM incidents i WHERE i.id = $1";
    INCIDENTS = "SELECT ", columns!(incident), " FROM incidents i WHERE i.deployment = $1 AND i.opened_seq < $2 \
        ORDER BY i.opened_seq DESC LIMIT $3";
    INCIDENTS_UNRESOLVED = "SELECT ", columns!(incident), " FROM incidents i WHERE i.deployment = $1 \
        AND i.opened_seq < $2 AND i.state <> 'resolved' ORDER BY i.opened_seq DESC LIMIT $3";
    INCIDENTS_RESOLVED = "SELECT ", columns!(incident), " FROM incidents i WHERE i.deployment = $1 \
        AND i.opened_seq < $2 AND i.state = 'resolved' ORDER BY i.opened_seq DESC LIMIT $3";
    UNRESOLVED = "SELECT COUNT(*) FROM (SELECT i.id FROM incidents i WHERE i.deployment = $1 \
        AND i.state <> 'resolved' LIMIT $2) x";
    ALERT_POLICIES = "SELECT ", columns!(policy), " FROM alert_policies p WHERE p.deployment = $1 ORDER BY p.name";
    OUTBOX = "SELECT ", columns!(outbox), " FROM outbox o WHERE o.state = 'waiting' ORDER BY o.seq LIMIT $1";
    DELIVERIES = "SELECT ", columns!(outbox), " FROM outbox o WHERE o.deployment = $1 AND o.seq < $2 \
        ORDER BY o.seq DESC LIMIT $3";
    DELIVERIES_OF_STATE = "SELECT ", columns!(outbox), " FROM outbox o WHERE o.deployment = $1 AND o.seq < $2 \
        AND o.state = $4 ORDER BY o.seq DESC LIMIT $3";
    DELIVERIES_OF_INCIDENT = "SELECT ", columns!(outbox), " FROM outbox o WHERE o.deployment = $1 AND o.seq < $2 \
        AND o.incident = $4 ORDER BY o.seq DESC LIMIT $3";
    DELIVERIES_OF_INCIDENT_AND_STATE = "SELECT ", columns!(outbox), " FROM outbox o WHERE o.deployment = $1 \
        AND o.seq < $2 AND o.incident = $4 AND o.state = $5 ORDER BY o.seq DESC LIMIT $3";
    /// An incident is of one deployment, so this is the order of the numbers.
    RECEIPT = "SELECT o.receipt FROM outbox o WHERE o.incident = $1 AND o.channel = $2 AND o.receipt IS NOT NULL \
        ORDER BY o.deployment, o.seq LIMIT 1";

    // What a new leader loads.
    LOAD_LIVE = "SELECT ", columns!(deploy), " FROM live l JOIN deploys d ON d.seq = l.seq \
        ORDER BY l.deployment, l.location";
    LOAD_SNAPSHOTS = "SELECT ", columns!(snapshot), " FROM snapshots s WHERE s.id IN ( \
        SELECT d.snapshot FROM live l JOIN deploys d ON d.seq = l.seq \
        UNION SELECT r.snapshot FROM runs r WHERE r.state IN ", columns!(active), " \
        UNION SELECT w.snapshot FROM workers w WHERE w.state IN ('active', 'draining')) ORDER BY s.id";
    LOAD_ASSETS = "SELECT ", columns!(asset), " FROM assets a ORDER BY a.id";
    LOAD_CURRENT = "SELECT ", columns!(current), " FROM asset_current c ORDER BY c.asset, c.partition";
    LOAD_RUNS = "SELECT ", columns!(run), ", p.plan FROM runs r LEFT JOIN run_plans p ON p.run = r.id \
        WHERE r.state IN ", columns!(active), " ORDER BY r.created_seq";
    LOAD_STEPS = "SELECT ", columns!(step), " FROM steps s JOIN runs r ON r.id = s.run \
        WHERE r.state IN ", columns!(active), " ORDER BY r.created_seq, s.step";
    LOAD_WORKERS = "SELECT ", columns!(worker), " FROM workers w WHERE w.state IN ('active', 'draining') ORDER BY w.id";
    LOAD_SCHEDULES = "SELECT ", columns!(schedule), " FROM schedules s ORDER BY s.deployment, s.name";
    LOAD_COMMANDS = "SELECT ", columns!(command), " FROM commands c WHERE c.key IS NOT NULL AND c.at >= $1 \
        ORDER BY c.seq";
    LOAD_POOLS = "SELECT p.deployment, p.pool, p.slots FROM pools p ORDER BY p.deployment, p.pool";
    LOAD_INCIDENTS = "SELECT ", columns!(incident), " FROM incidents i WHERE i.state <> 'resolved' \
        ORDER BY i.opened_seq, i.id";
    LOAD_POLICIES = "SELECT ", columns!(policy), " FROM alert_policies p ORDER BY p.deployment, p.name";
    /// Asked for by what they are not, or SQLite takes the index of states and sorts every run that ever succeeded.
    LOAD_HISTORY = "SELECT ", columns!(ended_run), " FROM runs r WHERE r.ended_at IS NOT NULL \
        AND r.started_at IS NOT NULL AND r.state NOT IN ('failed', 'canceled') \
        ORDER BY r.ended_at DESC, r.id DESC LIMIT $1";
    PLAN = "SELECT plan FROM run_plans WHERE run = $1";

    // Forgetting. What is kept although it is old is named in each statement.
    PRUNE_EVENTS = "DELETE FROM events WHERE seq IN (SELECT e.seq FROM events e WHERE e.seq < $1 \
        AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.id = e.run AND r.state IN ", columns!(active), ") \
        ORDER BY e.seq LIMIT $2)";
    PRUNE_VERSIONS = "DELETE FROM versions WHERE seq IN (SELECT v.seq FROM versions v WHERE v.seq < $1 \
        AND NOT EXISTS (SELECT 1 FROM asset_current c \
            WHERE c.asset = v.asset AND c.partition = v.partition AND c.seq = v.seq) \
        ORDER BY v.seq LIMIT $2)";
    PRUNE_CHECKS = "DELETE FROM checks WHERE seq IN (SELECT c.seq FROM checks c WHERE c.seq < $1 \
        AND NOT EXISTS (SELECT 1 FROM check_current k \
            WHERE k.asset = c.asset AND k.name = c.name AND k.partition = c.partition AND k.seq = c.seq) \
        ORDER BY c.seq LIMIT $2)";
    PRUNE_TICKS = "DELETE FROM ticks WHERE seq IN (SELECT t.seq FROM ticks t WHERE t.seq < $1 ORDER BY t.seq LIMIT $2)";
    PRUNE_COMMANDS = "DELETE FROM commands WHERE seq IN ( \
        SELECT c.seq FROM commands c WHERE c.seq < $1 ORDER BY c.seq LIMIT $2)";
    PRUNE_OUTBOX = "DELETE FROM outbox WHERE seq IN (SELECT o.seq FROM outbox o WHERE o.closed_at < $1 \
        AND (o.receipt IS NULL OR NOT EXISTS (SELECT 1 FROM incidents i \
            WHERE i.id = o.incident AND i.state <> 'resolved')) \
        ORDER BY o.closed_at LIMIT $2)";
    PRUNE_INCIDENTS = "DELETE FROM incidents WHERE id IN (SELECT i.id FROM incidents i \
        WHERE i.resolved_at < $1 AND i.state = 'resolved' ORDER BY i.resolved_at LIMIT $2)";
    PRUNE_WORKERS = "DELETE FROM workers WHERE id IN (SELECT w.id FROM workers w \
        WHERE w.state IN ('gone', 'lost') AND w.changed_at < $1 ORDER BY w.id LIMIT $2)";
    PRUNABLE_RUNS = "SELECT r.id, r.steps FROM runs r WHERE r.ended_at < $1 \
        AND r.state IN ('succeeded', 'failed', 'canceled') ORDER BY r.ended_at, r.id LIMIT $2";
    PRUNE_STEPS = "DELETE FROM steps WHERE run = $1";
    PRUNE_ATTEMPTS = "DELETE FROM attempts WHERE run = $1";
    PRUNE_PLAN = "DELETE FROM run_plans WHERE run = $1";
    PRUNE_TAGS = "DELETE FROM run_tags WHERE run = $1";
    PRUNE_RUN = "DELETE FROM runs WHERE id = $1";
    EVENT_TIME = "SELECT e.seq, e.at FROM events e WHERE e.seq >= $1 ORDER BY e.seq LIMIT 1";
    VERSION_TIME = "SELECT v.seq, v.at FROM versions v WHERE v.seq >= $1 ORDER BY v.seq LIMIT 1";
    CHECK_TIME = "SELECT c.seq, c.at FROM checks c WHERE c.seq >= $1 ORDER BY c.seq LIMIT 1";
    TICK_TIME = "SELECT t.seq, t.at FROM ticks t WHERE t.seq >= $1 ORDER BY t.seq LIMIT 1";
    COMMAND_TIME = "SELECT c.seq, c.at FROM commands c WHERE c.seq >= $1 ORDER BY c.seq LIMIT 1";
}
