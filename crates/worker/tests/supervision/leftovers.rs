//! What happens to steps when their worker is killed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use headwater_worker::process::{ATTEMPT_TOKEN, Guardian, ReapedLeftovers, Supervisor, guard};

use crate::support::{Step, alive_with, eventually, is_running};

const STATE_DIR: &str = "HEADWATER_TEST_STATE_DIR";
const TOKEN: &str = "HEADWATER_TEST_TOKEN";

/// A step whose descendants outlive it: one in its session and one outside.
const SCRIPT: &str = "sleep 1000 & setsid sleep 1000 & sleep 1000";

/// The part that this test binary plays when a test starts it again.
const ROLE: &str = "HEADWATER_TEST_ROLE";

/// Is the worker or its guardian for the tests below, which start this test
/// binary with the variables set; does nothing by itself.
#[tokio::test]
async fn stand_in() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    let state_dir = PathBuf::from(std::env::var(STATE_DIR).unwrap());
    let token = std::env::var(TOKEN).unwrap();
    if role == "guardian" {
        guard(&state_dir).unwrap();
        return;
    }
    let _guardian =
        (role == "guarded worker").then(|| Guardian::start(stand_in_as("guardian", &state_dir, &token)).unwrap());
    let step = Step::new();
    let spec = step.sh(SCRIPT).env(ATTEMPT_TOKEN, token);
    Supervisor::with_state_dir(state_dir).run(&spec, &step.logs, &step.cancel).await;
}

fn stand_in_as(role: &str, state_dir: &Path, token: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "leftovers::stand_in", "--nocapture"])
        .env(ROLE, role)
        .env(STATE_DIR, state_dir)
        .env(TOKEN, token)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn noted(state_dir: &Path) -> usize {
    fs::read_dir(state_dir).map_or(0, Iterator::count)
}

#[tokio::test]
async fn a_restarted_worker_ends_what_its_predecessor_left() {
    let step = Step::new();
    let state_dir = step.dir.path().join("state");
    let supervisor = Supervisor::with_state_dir(&state_dir);
    let mut worker = stand_in_as("worker", &state_dir, &step.token).spawn().unwrap();
    // The shell and three sleepers.
    eventually("the step runs", || alive_with(&step.token).len() == 4 && noted(&state_dir) == 1).await;

    let while_alive = supervisor.reap_leftovers().unwrap();
    assert_eq!(while_alive, ReapedLeftovers::default(), "a worker that is alive keeps its steps");
    assert_eq!(alive_with(&step.token).len(), 4);

    worker.kill().unwrap();
    worker.wait().unwrap();
    eventually("the direct child dies with its worker", || alive_with(&step.token).len() == 3).await;

    let reaped = supervisor.reap_leftovers().unwrap();
    assert_eq!(reaped, ReapedLeftovers { steps: 1, killed: 3, survivors: 0 });
    assert_eq!(alive_with(&step.token), Vec::<i32>::new());
    assert_eq!(noted(&state_dir), 0);
}

#[tokio::test]
async fn the_guardian_ends_the_steps_of_a_killed_worker() {
    let step = Step::new();
    let state_dir = step.dir.path().join("state");
    let mut worker = stand_in_as("guarded worker", &state_dir, &step.token).spawn().unwrap();
    eventually("the step runs", || alive_with(&step.token).len() == 4 && noted(&state_dir) == 1).await;
    worker.kill().unwrap();
    worker.wait().unwrap();
    eventually("all processes are dead", || alive_with(&step.token).is_empty()).await;
    eventually("the note is gone", || noted(&state_dir) == 0).await;
}

#[tokio::test]
async fn a_pid_that_was_given_to_another_process_is_left_alone() {
    let step = Step::new();
    let state_dir = step.dir.path().join("state");
    fs::create_dir(&state_dir).unwrap();
    // The leader of a session, as a step would be.
    let mut bystander = Command::new("setsid").args(["sleep", "1000"]).spawn().unwrap();
    let pid = bystander.id().cast_signed();
    eventually("the session is open", || {
        fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|argv| argv.starts_with(b"sleep"))
    })
    .await;
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let note = |boot: &str| {
        serde_json::json!({
            "boot": boot,
            "worker": {"pid": i32::MAX, "start": 1},
            "process": {"pid": pid, "start": 1},
            "token": step.token,
        })
    };
    fs::write(state_dir.join("1.json"), note(boot.trim()).to_string()).unwrap();
    fs::write(state_dir.join("2.json"), note("another boot").to_string()).unwrap();
    fs::write(state_dir.join("3.json"), "{\"boot\": \"cut o").unwrap();

    let reaped = Supervisor::with_state_dir(&state_dir).reap_leftovers().unwrap();
    assert_eq!(reaped, ReapedLeftovers { steps: 1, killed: 0, survivors: 0 });
    assert_eq!(noted(&state_dir), 0, "useless notes are removed");
    assert!(is_running(pid));
    bystander.kill().unwrap();
    bystander.wait().unwrap();
}

#[tokio::test]
async fn a_step_that_ended_leaves_no_note() {
    let step = Step::new();
    let state_dir = step.dir.path().join("state");
    let supervisor = Supervisor::with_state_dir(&state_dir);
    supervisor.run(&step.sh("exit 0"), &step.logs, &step.cancel).await;
    assert_eq!(noted(&state_dir), 0);
    assert!(state_dir.exists(), "it was noted while it ran");
}
