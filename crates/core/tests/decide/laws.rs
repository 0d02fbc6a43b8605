//! Laws that hold for every world and everything that may happen in it.
//!
//! The stage itself (`play.rs`, `watch.rs`) looks after each batch at what must always hold: legal transitions, one
//! attempt at a time, nothing before its upstreams, limits, the same decision twice, nothing more for the same input,
//! and the same world for a new leader. Here are worlds and events by chance, and what must hold in the end. A
//! failure prints the script, which can be put into a case file as it is.

use std::{
    fmt::Write,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
};

use headwater_core::record::StepState;
use proptest::prelude::*;

use crate::play::Play;

/// Numbers by chance, used up one by one.
struct Chance<'a>(std::slice::Iter<'a, u16>);

impl Chance<'_> {
    fn below(&mut self, most: usize) -> usize {
        self.0.next().map_or(0, |number| usize::from(*number) % most.max(1))
    }

    fn one_in(&mut self, most: usize) -> bool {
        self.below(most) == most - 1
    }

    fn of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }
}

const ASSETS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// A world in the notation of the cases.
fn world(chance: &mut Chance<'_>) -> String {
    let mut text = String::from("pool p 2");
    let count = 2 + chance.below(5);
    for (number, asset) in ASSETS.iter().enumerate().take(count) {
        let deps: Vec<&str> = ASSETS[..number].iter().copied().filter(|_| chance.one_in(3)).collect();
        match deps.is_empty() {
            true => write!(text, "; {asset}").unwrap(),
            false => write!(text, "; {} -> {asset}", deps.join(" ")).unwrap(),
        }
        write!(text, "; {asset}: priority {}", chance.below(3)).unwrap();
        if chance.one_in(2) {
            write!(text, " retries {} delay {}", chance.below(3), chance.of(&["0s", "5s", "2m"])).unwrap();
        }
        if chance.one_in(2) {
            text.push_str(" pool p");
        }
        if chance.one_in(3) {
            text.push_str(" timeout 1m");
        }
        if chance.one_in(3) {
            let by = if chance.one_in(2) { format!(" by check_{asset}") } else { String::new() };
            write!(text, "; check u on {asset}{by}{}", chance.of(&["", " blocking"])).unwrap();
        }
        if chance.one_in(3) {
            write!(text, "; code {asset} 1").unwrap();
        }
    }
    text.push_str(chance.of(&["", "; max 2", "; limit team 1"]));
    let overlap = chance.of(&["", " allow", " queue-one", " cancel-previous"]);
    let catch_up = chance.of(&["", " catch-up-skip", " all 2"]);
    write!(text, "; schedule s: */5 * * * * | * |{}{overlap}{catch_up}", chance.of(&["", " on"])).unwrap();
    text
}

/// What happens next, in the notation of the cases.
fn event(play: &Play, chance: &mut Chance<'_>) -> String {
    let run = |chance: &mut Chance<'_>| format!("r{}", 1 + chance.below(play.names.runs.len()));
    let worker = |chance: &mut Chance<'_>| format!("w{}", chance.below(3));
    match chance.below(24) {
        0..=2 => {
            let what = chance.of(&["*", "a+", "+b", "c", "a or b", "nobody"]);
            let key = chance.of(&["", "key k ", "key l ", "key m "]);
            let more = chance.of(&["", "priority 2 ", "tag team=x ", "tag team=y ", "timeout 1m "]);
            format!("launch {what} | {key}{more}")
        }
        3..=12 if !play.given.is_empty() => {
            // The newest leases are the likeliest to be held, and the others must not count.
            let back = chance.below(5).min(play.given.len() - 1);
            let (_, lease) = &play.given[play.given.len() - 1 - back];
            let at = play.names.run(lease.at.run);
            let how = chance.of(&["ok", "ok", "ok", "fail", "fail", "back", "stopped"]);
            let wrong = chance.of(&["", "", "", "", "", " by w0", " token 7", " failing u", " without a"]);
            format!("{how} {}#{} of {at}{wrong}", lease.name, lease.at.attempt.0)
        }
        13 if !play.names.runs.is_empty() => format!("cancel {}", run(chance)),
        14 if !play.names.runs.is_empty() => {
            format!("retry {}{}", chance.of(&["", "all "]), run(chance))
        }
        15 | 16 => chance.of(&["+1s", "+5s", "+29s", "+31s", "+2m", "+5m", "+20m"]).to_owned(),
        17 => format!("{} {}", chance.of(&["silence", "speak"]), worker(chance)),
        18 => {
            let held: Vec<String> = play
                .given
                .iter()
                .rev()
                .take(4)
                .filter(|_| chance.one_in(2))
                .map(|(_, lease)| format!("{}#{}", lease.name, lease.at.attempt.0))
                .collect();
            format!("poll {} held {}", worker(chance), held.join(" "))
        }
        19 => format!(
            "poll {} | {}",
            worker(chance),
            chance.of(&["draining", "leaving", "capacity 1", "capacity 4", "old", "unacknowledged"])
        ),
        20 => "leader".to_owned(),
        21 => format!("pool p {}", chance.of(&["0", "1", "3", "declared"])),
        22 => format!("{} s", chance.of(&["on", "off"])),
        _ => format!("worker {} {}", worker(chance), 1 + chance.below(3)),
    }
}

/// What goes on when nothing is in the way any more: every run must come to its end.
fn settle(play: &mut Play, script: &mut Vec<String>) {
    let mut next = |play: &mut Play, event: String| {
        script.push(format!("> {event}"));
        play.line(&event)
    };
    next(play, "off s".into());
    next(play, "pool p 2".into());
    next(play, "worker good 9".into());
    for round in 0..200 {
        let mut ends = Vec::new();
        for (_, lease) in &play.given {
            let held = play.world.run(lease.at.run).is_some_and(|run| {
                let step = &run.steps[lease.at.step.index()];
                step.state == StepState::Running && step.token == Some(lease.at.token)
            });
            if held {
                ends.push(format!("ok {}#{} of {}", lease.name, lease.at.attempt.0, play.names.run(lease.at.run)));
            }
        }
        if play.world.runs().next().is_none() {
            return;
        }
        if ends.is_empty() {
            ends.push(if round % 2 == 0 { "+31s" } else { "+3m" }.into());
        }
        next(play, ends.join("; "));
    }
    panic!("{} runs did not come to their end", play.world.runs().count());
}

/// Everything from one list of numbers; gives what was said.
fn perform(numbers: &[u16], script: &mut Vec<String>) -> String {
    let mut chance = Chance(numbers.iter());
    let manifest = world(&mut chance);
    script.push(format!("world: {manifest}"));
    let mut play = Play::new();
    let mut said = play.deploy(&manifest);
    let mut next = |play: &mut Play, event: String| {
        script.push(format!("> {event}"));
        said.extend(play.line(&event));
    };
    next(&mut play, "worker w0 2; worker w1 2; worker w2 1; launch *".into());
    while !chance.0.as_slice().is_empty() {
        let event = event(&play, &mut chance);
        next(&mut play, event);
    }
    settle(&mut play, script);
    said.join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_rules_hold_and_every_run_ends(numbers in prop::collection::vec(any::<u16>(), 40..160)) {
        let mut script = Vec::new();
        let said = catch_unwind(AssertUnwindSafe(|| perform(&numbers, &mut script)));
        let said = said.unwrap_or_else(|panic| {
            eprintln!("{}", script.join("\n"));
            resume_unwind(panic)
        });
        prop_assert_eq!(said, perform(&numbers, &mut Vec::new()), "the same events give the same effects");
    }
}
