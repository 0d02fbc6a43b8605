//! Stopping a step and everything that it started.

use std::time::{Duration, Instant};

use headwater_worker::{
    logs::Stream,
    process::{ProcessOutcome, ProcessReport, ProcessSpec, StopSignal, Supervisor},
};

use crate::support::{PATIENCE, Step, alive_with, eventually};

fn assert_cancelled(report: &ProcessReport) {
    assert!(matches!(report.outcome, ProcessOutcome::Cancelled), "{}", report.outcome);
    assert_eq!(report.survivors, 0);
}

/// Leaves the step's session and process group, twice removed from it, and
/// keeps its output open.
const DAEMON: &str = "
import os, signal, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print('daemon', flush=True)
        time.sleep(1000)
    os._exit(0)
os.wait()
";

#[tokio::test]
async fn a_polite_process_may_clean_up() {
    let step = Step::new();
    let script = "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.02; done";
    let report = step.run_and_cancel(&step.sh(script), "ready").await;
    assert_cancelled(&report);
    assert!(report.wall < PATIENCE);
    step.logs.finish().await;
    assert!(step.text(Stream::Stdout).ends_with("bye\n"));
}

#[tokio::test]
async fn the_stop_signal_can_be_chosen() {
    let step = Step::new();
    let script = "trap 'echo interrupted; exit 0' INT; trap '' TERM; echo ready; while :; do sleep 0.02; done";
    let spec = ProcessSpec { stop_signal: StopSignal::INT, ..step.sh(script) };
    assert_cancelled(&step.run_and_cancel(&spec, "ready").await);
    step.logs.finish().await;
    assert!(step.text(Stream::Stdout).ends_with("interrupted\n"));
}

#[tokio::test]
async fn a_process_that_ignores_the_signal_is_killed_after_its_grace() {
    let step = Step::new();
    let script = "trap '' TERM; echo ready; while :; do sleep 0.02; done";
    let grace = Duration::from_millis(300);
    let spec = ProcessSpec { kill_grace: grace, ..step.sh(script) };
    let report = step.run_and_cancel(&spec, "ready").await;
    assert_cancelled(&report);
    assert!(report.wall >= grace, "{:?}", report.wall);
}

#[tokio::test]
async fn a_stopped_process_is_cancelled_like_others() {
    let step = Step::new();
    assert_cancelled(&step.run_and_cancel(&step.sh("echo ready; kill -STOP $$"), "ready").await);
}

#[tokio::test]
async fn children_and_grandchildren_die_with_the_step() {
    let step = Step::new();
    let script = "for i in 1 2 3; do (sleep 1000 & sleep 1000) & done; echo ready; wait";
    let report = step.run_and_cancel(&step.sh(script), "ready").await;
    assert_cancelled(&report);
    assert!(report.wall < Duration::from_secs(9), "no grace is needed: {:?}", report.wall);
}

#[tokio::test]
async fn daemons_die_with_the_step() {
    let step = Step::new();
    let script = format!("{DAEMON}\nprint('ready', flush=True)\ntime.sleep(1000)");
    let spec = ProcessSpec { kill_grace: Duration::from_millis(300), ..step.python(&script) };
    assert_cancelled(&step.run_and_cancel(&spec, "ready").await);
}

#[tokio::test]
async fn a_child_without_token_and_session_dies_with_the_step() {
    let step = Step::new();
    // The pid tells who it was: its environment is empty.
    let script = "setsid env -i sh -c 'echo pid $$ ready; exec sleep 1000' & wait";
    assert_cancelled(&step.run_and_cancel(&step.sh(script), "ready").await);
    let stdout = step.text(Stream::Stdout);
    let pid = stdout.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(!crate::support::is_running(pid));
}

#[tokio::test]
async fn what_a_finished_step_leaves_running_is_killed() {
    let step = Step::new();
    let script = format!("{DAEMON}\nsys.exit(3)");
    let report = step.run(&step.python(&script)).await;
    assert!(matches!(report.outcome, ProcessOutcome::Exited { code: 3 }), "{}", report.outcome);
    assert_eq!(report.leftovers_killed, 1);
}

#[tokio::test]
async fn a_grandchild_that_holds_the_pipe_does_not_hold_the_step() {
    let step = Step::new();
    // The default drain, and a grandchild that writes a last line late.
    let spec = ProcessSpec {
        drain_idle: Duration::from_secs(2),
        ..step.sh("(sleep 0.5; echo late; exec sleep 1000) & echo early; exit 4")
    };
    let report = step.run(&spec).await;
    assert!(matches!(report.outcome, ProcessOutcome::Exited { code: 4 }), "{}", report.outcome);
    assert!(report.wall < PATIENCE, "{:?}", report.wall);
    assert!(report.leftovers_killed >= 1);
    step.logs.finish().await;
    assert_eq!(step.text(Stream::Stdout), "early\nlate\n");
}

#[tokio::test]
async fn a_grandchild_that_never_stops_writing_does_not_hold_a_cancelled_step() {
    let step = Step::new();
    let script = "(while :; do echo noise; sleep 0.01; done) & echo ready; exit 0";
    let started = Instant::now();
    let report = step.run_and_cancel(&step.sh(script), "ready").await;
    // It had ended before the cancel; the drain is cut short by it.
    assert!(!matches!(report.outcome, ProcessOutcome::SpawnFailed(_)));
    assert!(started.elapsed() < Duration::from_secs(9), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_timeout_kills_like_a_cancel() {
    let step = Step::new();
    let timeout = Duration::from_millis(300);
    let script = "sleep 1000 & trap '' TERM; sleep 1000; sleep 1000";
    let spec = ProcessSpec { timeout: Some(timeout), kill_grace: Duration::from_millis(100), ..step.sh(script) };
    let report = step.run(&spec).await;
    let ProcessOutcome::TimedOut { after } = report.outcome else { panic!("{}", report.outcome) };
    assert_eq!(after, timeout);
    assert!(report.wall >= timeout && report.wall < PATIENCE, "{:?}", report.wall);
}

#[tokio::test]
async fn a_cancel_that_races_with_the_exit_has_one_clear_result() {
    let (mut exited, mut cancelled) = (0, 0);
    for round in 0..40_u64 {
        let step = Step::new();
        let cancel = async {
            tokio::time::sleep(Duration::from_micros(round * 150)).await;
            step.cancel.cancel();
        };
        let spec = step.sh("exit 7");
        let (report, ()) = tokio::join!(step.run(&spec), cancel);
        match report.outcome {
            ProcessOutcome::Exited { code: 7 } => exited += 1,
            ProcessOutcome::Cancelled => cancelled += 1,
            other => panic!("round {round}: {other}"),
        }
    }
    assert!(cancelled > 0, "{exited} exited before each cancel");
}

#[tokio::test]
async fn a_cancel_may_be_repeated_and_may_come_before_the_start() {
    let step = Step::new();
    let repeat = async {
        step.wait_for_stdout("ready").await;
        for _ in 0..100 {
            step.cancel.cancel();
            tokio::task::yield_now().await;
        }
    };
    let spec = step.sh("echo ready; sleep 1000");
    let (report, ()) = tokio::join!(step.run(&spec), repeat);
    assert_cancelled(&report);

    let report = step.run(&spec).await;
    assert_cancelled(&report);
    assert!(report.usage.is_none(), "was started");
}

#[tokio::test]
async fn an_abandoned_step_is_killed() {
    let step = Step::new();
    let spec = step.python(&format!("{DAEMON}\nprint('ready', flush=True)\ntime.sleep(1000)"));
    let supervisor = Supervisor::new();
    let mut run = Box::pin(supervisor.run(&spec, &step.logs, &step.cancel));
    tokio::select! {
        report = &mut run => panic!("ended by itself: {}", report.outcome),
        () = step.wait_for_stdout("ready") => {}
    }
    assert_eq!(alive_with(&step.token).len(), 2);
    drop(run);
    eventually("all processes are dead", || alive_with(&step.token).is_empty()).await;
}

#[tokio::test]
async fn a_tree_that_keeps_forking_dies() {
    let step = Step::new();
    // Each process replaces itself by a fresh child as fast as it can, so
    // that a signal to a known pid always comes late.
    let script = "
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        while True:
            if os.fork() != 0:
                os._exit(0)
            time.sleep(0.002)
print('ready', flush=True)
time.sleep(1000)
";
    let spec = ProcessSpec { kill_grace: Duration::from_millis(100), ..step.python(script) };
    assert_cancelled(&step.run_and_cancel(&spec, "ready").await);
}
