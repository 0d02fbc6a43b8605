//! `cases/*.txt`. A line that starts with `graph:` adds to the graph (`graph!:` starts a new one), one that
//! starts with `> ` is a selection, and the indented lines after it say what must come out:
//!
//! - `= ` the canonical form, if it is not what was written,
//! - the selected keys in the graph's order, or `(nothing)`,
//! - `! ` each line of a rendered error or warning.
//!
//! All other lines are prose. `UPDATE_CASES=1` writes what comes out into the files; read the difference.

use std::{fmt::Write, fs, path::Path};

use headwater_core::selection::Selection;

use crate::graph::Graph;

#[test]
fn every_case_comes_out_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/selection/cases");
    let update = std::env::var_os("UPDATE_CASES").is_some();
    let mut cases = 0;
    let mut failed = Vec::new();
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let before = fs::read_to_string(&file).unwrap();
        let after = replay(&before, &mut cases);
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
    assert!(cases > 50, "only {cases} cases were found");
}

/// The same file with the outcomes that come out.
fn replay(file: &str, cases: &mut usize) -> String {
    let mut graph = Graph::default();
    let mut out = String::new();
    for line in file.lines().filter(|line| !line.starts_with("    ")) {
        writeln!(out, "{line}").unwrap();
        if let Some(statements) = line.strip_prefix("graph: ") {
            graph.read(statements);
        } else if let Some(statements) = line.strip_prefix("graph!:") {
            graph = Graph::default();
            graph.read(statements);
        } else if let Some(text) = line.strip_prefix("> ") {
            *cases += 1;
            for outcome in outcome(text, &graph) {
                writeln!(out, "    {outcome}").unwrap();
            }
        }
    }
    out
}

fn outcome(text: &str, graph: &Graph) -> Vec<String> {
    let selection = match Selection::parse(text) {
        Ok(selection) => selection,
        Err(error) => return marked(&error.render()),
    };
    let mut lines = Vec::new();
    if selection.to_string() != text {
        lines.push(format!("= {selection}"));
    }
    let result = selection.eval(graph);
    let keys = graph.keys(&result.nodes);
    lines.push(if keys.is_empty() { "(nothing)".to_owned() } else { keys.join(" ") });
    for warning in &result.warnings {
        lines.extend(marked(&selection.render(warning)));
    }
    lines
}

fn marked(text: &str) -> Vec<String> {
    text.lines().map(|line| format!("! {line}").trim_end().to_owned()).collect()
}

fn first_difference(before: &str, after: &str) -> String {
    let mut selection = "";
    let mut after = after.lines();
    for (number, line) in before.lines().enumerate() {
        if line.starts_with("> ") {
            selection = line;
        }
        let now = after.next().unwrap_or("(the end)");
        if now != line {
            return format!("line {}, {selection}\n  expected {line}\n  but got  {now}", number + 1);
        }
    }
    format!("{selection}\n  more came out: {}", after.next().unwrap_or_default())
}
