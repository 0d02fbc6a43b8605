//! `cases/*.txt`. A line that starts with `world:` begins a new world, one that starts with `deploy:` deploys other
//! definitions into it (see `notation.rs`), and one that starts with `> ` is what happens next (see `events.rs`).
//! The indented lines after it say what follows, one effect each. All other lines are prose.
//!
//! `UPDATE_CASES=1` writes what comes out into the files; read the difference.

use std::{
    fmt::Write,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use crate::play::Play;

#[test]
fn every_case_comes_out_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/decide/cases");
    let update = std::env::var_os("UPDATE_CASES").is_some();
    let mut lines = 0;
    let mut failed = Vec::new();
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let before = fs::read_to_string(&file).unwrap();
        let after = replay(&before, &mut lines);
        if after == before {
            continue;
        }
        if update {
            fs::write(&file, &after).unwrap();
        } else {
            failed.push(format!("{}: {}", file.display(), first_difference(&before, &after)));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(lines > 200, "only {lines} lines were found");
}

/// The same file with the outcomes that come out.
fn replay(file: &str, lines: &mut usize) -> String {
    let mut play = Play::new();
    let mut out = String::new();
    for line in file.lines().filter(|line| !line.starts_with("    ")) {
        writeln!(out, "{line}").unwrap();
        let outcome = if let Some(manifest) = line.strip_prefix("world: ") {
            play = Play::new();
            let outcome = play.deploy(manifest);
            if outcome == ["main is live"] { Vec::new() } else { outcome }
        } else if let Some(manifest) = line.strip_prefix("deploy: ") {
            play.deploy(manifest)
        } else if let Some(events) = line.strip_prefix("> ") {
            *lines += 1;
            let outcome = played(&mut play, events);
            if outcome.is_empty() { vec!["(nothing)".to_owned()] } else { outcome }
        } else {
            Vec::new()
        };
        for outcome in outcome {
            writeln!(out, "    {outcome}").unwrap();
        }
    }
    out
}

/// A broken rule is shown where it broke.
fn played(play: &mut Play, events: &str) -> Vec<String> {
    catch_unwind(AssertUnwindSafe(|| play.line(events))).unwrap_or_else(|panic| {
        let text =
            panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
        let text = text.unwrap_or_default();
        text.lines().map(|line| format!("BROKEN {line}").trim_end().to_owned()).collect()
    })
}

fn first_difference(before: &str, after: &str) -> String {
    let mut event = "";
    let mut after = after.lines();
    for (number, line) in before.lines().enumerate() {
        if line.starts_with("> ") {
            event = line;
        }
        let now = after.next().unwrap_or("(the end)");
        if now != line {
            return format!("line {}, {event}\n  expected {line}\n  but got  {now}", number + 1);
        }
    }
    format!("{event}\n  more came out: {}", after.next().unwrap_or_default())
}
