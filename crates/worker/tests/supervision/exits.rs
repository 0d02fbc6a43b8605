//! Starting, ending by itself, and what the process is given.

use std::{
    fs::{self, File},
    os::fd::AsRawFd as _,
    time::Duration,
};

use headwater_worker::{
    logs::Stream,
    process::{CoreDump, ProcessOutcome, ProcessSpec, SpawnError, SpawnErrorKind},
};
use nix::fcntl::{FcntlArg, FdFlag, fcntl};

use crate::support::{Step, write_script};

#[tokio::test]
async fn exit_codes_are_reported_as_they_are() {
    for expected in [0, 1, 126, 127, 255] {
        let step = Step::new();
        let report = step.run(&step.sh(&format!("exit {expected}"))).await;
        let ProcessOutcome::Exited { code } = report.outcome else { panic!("{}", report.outcome) };
        assert_eq!(code, expected);
        assert_eq!((report.leftovers_killed, report.survivors), (0, 0));
    }
}

#[tokio::test]
async fn deadly_signals_are_named() {
    let signals = [
        (1, "SIGHUP"),
        (2, "SIGINT"),
        (3, "SIGQUIT"),
        (6, "SIGABRT"),
        (9, "SIGKILL"),
        (10, "SIGUSR1"),
        (11, "SIGSEGV"),
        (13, "SIGPIPE"),
        (14, "SIGALRM"),
        (15, "SIGTERM"),
        (40, "signal 40"),
    ];
    for (number, name) in signals {
        let step = Step::new();
        let report = step.run(&step.sh(&format!("ulimit -c 0; kill -{number} $$"))).await;
        let ProcessOutcome::Signaled { signal, core } = report.outcome else { panic!("{name}: {}", report.outcome) };
        assert_eq!((signal.as_str(), core), (name, CoreDump::None));
    }
}

async fn spawn_error(step: &Step, spec: &ProcessSpec) -> SpawnError {
    match step.run(spec).await.outcome {
        ProcessOutcome::SpawnFailed(error) => error,
        other => panic!("{:?} {other}", spec.argv),
    }
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    use SpawnErrorKind::{BadWorkingDirectory, InterpreterMissing, InvalidSpec, NotExecutable, NotFound};
    let step = Step::new();
    let file = |name: &str, text: &str, mode| {
        let path = step.dir.path().join(name);
        write_script(&path, text, mode);
        path.to_str().unwrap().to_owned()
    };
    let plain = file("plain.sh", "#!/bin/sh\n", 0o644);
    let orphaned = file("orphaned.sh", "#!/no/such/interpreter\n", 0o755);
    let windows = file("windows.sh", "#!/bin/sh\r\nexit 0\r\n", 0o755);
    let folder = step.dir.path().to_str().unwrap();
    let cases = [
        ("no-such-program-at-all", NotFound, "no-such-program-at-all"),
        ("/no/such/program", NotFound, "/no/such/program"),
        ("./missing", NotFound, "missing"),
        (&plain, NotExecutable, "chmod +x"),
        (folder, NotExecutable, "is a directory"),
        (&orphaned, InterpreterMissing, "#! line"),
        (&windows, InterpreterMissing, "carriage return"),
        ("", InvalidSpec, "empty"),
        ("a\0b", InvalidSpec, "NUL"),
    ];
    for (program, kind, said) in cases {
        let error = spawn_error(&step, &step.spec([program])).await;
        assert_eq!(error.kind, kind, "{program}: {error}");
        assert!(error.to_string().contains(said), "{program}: {error}");
    }
    for cwd in ["/no/such/directory", &plain] {
        let spec = ProcessSpec { cwd: Some(cwd.into()), ..step.spec(["true"]) };
        let error = spawn_error(&step, &spec).await;
        assert_eq!(error.kind, BadWorkingDirectory, "{error}");
        assert!(error.to_string().contains(cwd), "{error}");
    }
    let error = spawn_error(&step, &step.spec(["true"]).env("A=B", "c")).await;
    assert_eq!(error.kind, InvalidSpec, "{error}");
    let nothing = ProcessSpec::new(Vec::<String>::new());
    assert_eq!(spawn_error(&step, &nothing).await.kind, InvalidSpec);
}

#[tokio::test]
async fn the_longest_argument_passes_and_a_longer_one_says_so() {
    let longest = "x".repeat(128 * 1024 - 1);
    let step = Step::new();
    let script = "import sys; print(len(sys.argv[1]))";
    let report = step.run(&step.spec(["python3", "-c", script, &longest])).await;
    assert!(matches!(report.outcome, ProcessOutcome::Exited { code: 0 }), "{}", report.outcome);
    step.logs.finish().await;
    assert_eq!(step.text(Stream::Stdout), "131071\n");

    let error = spawn_error(&step, &step.spec(["true", &format!("{longest}x")])).await;
    assert_eq!(error.kind, SpawnErrorKind::ArgumentsTooLong, "{error}");
}

#[tokio::test]
async fn a_relative_program_starts_from_the_working_directory() {
    let step = Step::new();
    fs::create_dir(step.dir.path().join("bin")).unwrap();
    write_script(&step.dir.path().join("bin/tool"), "#!/bin/sh\npwd -P; echo \"$0 $*\"\n", 0o755);
    let cwd = Some(step.dir.path().to_owned());
    let spec = ProcessSpec { cwd, ..step.spec(["bin/tool", "a b", "$HOME", "*"]) };
    step.run(&spec).await;
    step.logs.finish().await;
    let stdout = step.text(Stream::Stdout);
    let root = step.dir.path().canonicalize().unwrap();
    assert!(stdout.starts_with(&format!("{}\n", root.display())), "{stdout}");
    assert!(stdout.ends_with("bin/tool a b $HOME *\n"), "{stdout}");
}

async fn environment(step: &Step, spec: &ProcessSpec) -> String {
    step.run(spec).await;
    step.logs.finish().await;
    step.text(Stream::Stdout)
}

#[tokio::test]
async fn only_listed_variables_are_inherited() {
    assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some(), "cargo sets it for tests");
    let step = Step::new();
    let stdout = environment(&step, &step.spec(["env"]).env("OWN", "value")).await;
    assert!(stdout.contains("\nPATH=") || stdout.starts_with("PATH="), "{stdout}");
    assert!(stdout.contains("OWN=value\n"), "{stdout}");
    assert!(!stdout.contains("CARGO_"), "{stdout}");

    let step = Step::new();
    let inherit_env = vec!["PATH".into(), "CARGO_*".into()];
    let stdout = environment(&step, &ProcessSpec { inherit_env, ..step.spec(["env"]) }).await;
    assert!(stdout.contains("CARGO_MANIFEST_DIR="), "{stdout}");
    assert!(!stdout.lines().any(|line| line.starts_with("HOME=")), "{stdout}");
}

#[tokio::test]
async fn standard_input_is_empty_and_other_descriptors_are_closed() {
    // As a C library would open it.
    let leaky = File::open("/dev/null").unwrap();
    fcntl(&leaky, FcntlArg::F_SETFD(FdFlag::empty())).unwrap();
    let step = Step::new();
    let report = step.run(&step.sh("cat; for f in /proc/$$/fd/*; do echo ${f##*/}; done")).await;
    assert!(matches!(report.outcome, ProcessOutcome::Exited { code: 0 }), "{}", report.outcome);
    step.logs.finish().await;
    let stdout = step.text(Stream::Stdout);
    let leaked = format!("{}", leaky.as_raw_fd());
    assert!(leaky.as_raw_fd() > 2 && !stdout.lines().any(|line| line == leaked), "{stdout}");
    assert!(stdout.starts_with("0\n1\n2\n"), "{stdout}");
}

#[tokio::test]
async fn used_resources_are_reported() {
    let step = Step::new();
    let script = "import time\nblock = bytearray(b'x') * 80_000_000\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass";
    let report = step.run(&step.python(script)).await;
    let usage = report.usage.unwrap();
    assert!(usage.user + usage.system >= Duration::from_millis(290), "{usage:?}");
    assert!(usage.max_rss_bytes >= 80_000_000, "{usage:?}");
    assert!(report.wall >= Duration::from_millis(290), "{:?}", report.wall);
}

#[tokio::test]
async fn a_process_that_closes_its_output_is_still_waited_for() {
    let step = Step::new();
    let report = step.run(&step.sh("exec >&- 2>&-; sleep 0.2; exit 5")).await;
    assert!(matches!(report.outcome, ProcessOutcome::Exited { code: 5 }), "{}", report.outcome);
    assert!(report.wall >= Duration::from_millis(200));
}
