//! What people read.

use crate::{
    alert::{Cause, MOST_ERROR},
    record::WorkerRecord,
};

/// What is wrong, in one line.
pub(super) fn title(cause: &Cause) -> String {
    let of = |partition: &str| if partition.is_empty() { String::new() } else { format!(" [{partition}]") };
    match cause {
        Cause::Asset { asset, partition } => format!("{asset}{} could not be made", of(partition)),
        Cause::Check { asset, check, partition } => format!("check {check} on {asset}{} failed", of(partition)),
        Cause::Late { asset } => format!("{asset} is older than it may be"),
        Cause::Runs { line } => format!("a run of {line} failed"),
        Cause::Schedule { schedule } => format!("schedule {schedule} missed its start"),
        Cause::Long { run } => format!("run {run} takes too long"),
        Cause::Worker { worker } => format!("worker {worker} went silent"),
        Cause::Deploy { location } => format!("a deploy of {location} was refused"),
    }
}

pub(super) fn silent_worker(worker: &WorkerRecord, held: usize) -> String {
    let steps = match held {
        0 => "It held no step.".to_owned(),
        1 => "It held 1 step, which runs again elsewhere.".to_owned(),
        _ => format!("It held {held} steps, which run again elsewhere."),
    };
    format!("Worker {} on {} (process {}) does not answer. {steps}", worker.name, worker.host, worker.pid)
}

/// The beginning of an error, cut between characters.
pub(super) fn first_lines(error: &str) -> String {
    let error = error.trim_end();
    let mut end = error.len().min(MOST_ERROR);
    while !error.is_char_boundary(end) {
        end -= 1;
    }
    let cut: String = error[..end].lines().take(20).collect::<Vec<_>>().join("\n");
    if cut.len() < error.len() { format!("{cut}\n…") } else { cut }
}
