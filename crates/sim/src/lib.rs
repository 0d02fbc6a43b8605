//! A seeded simulation of servers, workers, people, a network and a database, all on one clock.
//!
//! It drives the same engine as the scheduler (`headwater_core::decide::Batch` over the memory store) and looks
//! after every commit at what must hold: see [`ledger`] for the rules, [`model`] for what must come of each run, and
//! [`faults`] for what goes wrong meanwhile. A seed says everything, so that a failure can be played again.

pub mod chance;
mod client;
pub mod faults;
pub mod ledger;
pub mod model;
mod server;
mod sim;
mod witness;
mod worker;
pub mod workload;

pub use sim::{Outcome, Scenario};

/// Plays a seed twice; the second time must be like the first.
pub fn check(seed: u64) -> Outcome {
    let first = Scenario::of_seed(seed).run();
    let second = Scenario::of_seed(seed).run();
    if first.hash == second.hash {
        return first;
    }
    let broken = format!("the seed went another way the second time: {} and {}", first.hash, second.hash);
    Outcome { broken: Some(broken), ..first }
}

/// The smallest scenario of a failing seed that still fails: fewer kinds of faults, and fewer things asked for.
pub fn shrink(seed: u64) -> (Scenario, Outcome) {
    let mut best = Scenario { keep_trace: true, ..Scenario::of_seed(seed) };
    let mut outcome = best.run();
    for fault in faults::ALL.into_iter().filter(|fault| best.faults.has(*fault)).collect::<Vec<_>>() {
        let less = Scenario { faults: best.faults.without(fault), ..best };
        try_less(&mut best, &mut outcome, less);
    }
    for most_asks in 1..12 {
        let less = Scenario { most_asks, ..best };
        if try_less(&mut best, &mut outcome, less) {
            break;
        }
    }
    (best, outcome)
}

fn try_less(best: &mut Scenario, outcome: &mut Outcome, less: Scenario) -> bool {
    let tried = less.run();
    let fails = tried.broken.is_some();
    if fails {
        (*best, *outcome) = (less, tried);
    }
    fails
}
