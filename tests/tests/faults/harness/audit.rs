//! What must be true of a run that ended well, whatever happened to it.

use std::collections::{BTreeMap, BTreeSet};

use headwater_core::id::RunId;

use super::{Database, Stack};

/// Checks a run that succeeded: everything recorded once, nothing missing, nothing doubled, nothing overlapping.
pub(crate) async fn audit(stack: &Stack, run: RunId, assets: usize) {
    let expected = i64::try_from(assets).expect("a count");
    let (database, id) = (&stack.database, stack.database.literal(run));
    let one = async |query: &str| database.number(&query.replace("$run", &id)).await;

    let rows =
        database.numbers(&format!("SELECT COUNT(*), COUNT(DISTINCT asset) FROM versions WHERE run = {id}")).await;
    assert_eq!(rows[0], [expected, expected], "each asset has one version of the run (rows, assets)");
    let foreign = "SELECT COUNT(*) FROM versions v LEFT JOIN steps s ON s.run = v.run AND s.step = v.step \
        WHERE v.run = $run AND (s.state IS NULL OR s.state <> 'succeeded' OR s.attempt <> v.attempt)";
    assert_eq!(one(foreign).await, 0, "versions that are not of the attempt that succeeded");
    assert_eq!(one("SELECT COUNT(*) FROM steps WHERE run = $run AND state <> 'succeeded'").await, 0, "open steps");
    assert_eq!(one("SELECT COUNT(*) FROM steps WHERE run = $run AND failures > 0").await, 0, "steps with failures");
    let told = "SELECT COUNT(DISTINCT step) - COUNT(*) FROM events WHERE run = $run AND kind = 'step_succeeded'";
    assert_eq!(one(told).await, 0, "events that tell twice of one success");
    assert_eq!(
        one("SELECT COUNT(*) FROM events WHERE run = $run AND kind = 'run_succeeded'").await,
        1,
        "ends of the run"
    );
    let latest = "SELECT COUNT(*) FROM versions v LEFT JOIN asset_current c ON c.asset = v.asset AND c.partition = v.partition \
        WHERE v.run = $run AND (c.seq IS NULL OR c.seq < v.seq)";
    assert_eq!(one(latest).await, 0, "assets whose current state misses the version");
    overlaps(database, &id).await;
    numbers(database).await;
    witness(stack);

    let shown = stack.client.run(run).await.expect("the run");
    let steps = one("SELECT COUNT(*) FROM steps WHERE run = $run").await;
    assert_eq!((i64::from(shown.counts.succeeded), i64::from(shown.run.steps)), (steps, steps), "as the API shows it");
    assert_eq!(stack.versions(run).await.len(), assets, "versions that the API shows");
}

/// No attempt was leased before the one before it had ended.
async fn overlaps(database: &Database, id: &str) {
    let among = format!(
        "SELECT COUNT(*) FROM attempts a JOIN attempts b ON b.run = a.run AND b.step = a.step AND b.attempt > a.attempt \
         WHERE a.run = {id} AND b.leased_at < a.ended_at"
    );
    let last = format!(
        "SELECT COUNT(*) FROM attempts a JOIN steps s ON s.run = a.run AND s.step = a.step AND s.attempt > a.attempt \
         WHERE a.run = {id} AND s.leased_at < a.ended_at"
    );
    assert_eq!(database.number(&among).await + database.number(&last).await, 0, "attempts that overlap");
}

/// The numbers of the event log have no gap: each up to the last is in one of its tables, or is one of the changes
/// that say nothing to people, which can be counted.
pub(crate) async fn numbers(database: &Database) {
    let log = "SELECT seq FROM events UNION ALL SELECT seq FROM versions UNION ALL SELECT seq FROM checks";
    let rows = database.numbers(&format!("SELECT COUNT(*), COUNT(DISTINCT seq), MAX(seq) FROM ({log}) l")).await;
    let (rows, distinct, newest) = (rows[0][0], rows[0][1], rows[0][2]);
    assert_eq!(rows, distinct, "numbers that are used twice");
    let last = database.number("SELECT last_seq FROM leader").await;
    assert!(newest <= last, "the log is ahead of its last number");
    let leases = database.number("SELECT CAST(COALESCE(SUM(attempt), 0) AS BIGINT) FROM steps").await;
    let deploys = database.number("SELECT COUNT(*) FROM deploys WHERE refused IS NULL").await;
    // A deploy stores its snapshot and names its assets without an entry of its own.
    let silent = leases + 2 * deploys;
    assert_eq!(last, rows + silent, "{rows} entries, {leases} leases and {deploys} deploys account for all numbers");
}

/// What the steps themselves saw: no attempt ran twice, and none was still running when the next had started.
pub(crate) fn witness(stack: &Stack) {
    let text = std::fs::read_to_string(stack.witness()).unwrap_or_default();
    let mut started: BTreeMap<(&str, &str), BTreeSet<u32>> = BTreeMap::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [what, run, step, attempt] = words[..] else { panic!("a torn line: {line}") };
        let attempt: u32 = attempt.parse().expect("a number");
        let attempts = started.entry((run, step)).or_default();
        match what {
            "start" => assert!(attempts.insert(attempt), "attempt {attempt} of step {step} ran twice"),
            _ => assert_eq!(
                attempts.last(),
                Some(&attempt),
                "attempt {attempt} of step {step} ended after a later one had started"
            ),
        }
    }
}
