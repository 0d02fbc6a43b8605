//! `headwater-sim run --seeds 1000`: plays seeds until they are done, those of past failures first.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use headwater_sim::{Scenario, check, shrink};

/// Seeds that failed once; they run first, for ever.
const PAST: &str = include_str!("../seeds.txt");

const USAGE: &str = "headwater-sim run [--seeds N] [--from N] [--seed N [--trace]]

  --seeds N   how many seeds to play (100)
  --from N    the first of them (0)
  --seed N    play one seed
  --trace     print everything that happens in it
";

/// The most lines of a failing trace that are printed.
const TAIL: usize = 60;

/// The most characters of each of them.
const WIDTH: usize = 220;

#[derive(Debug, Default)]
struct Arguments {
    seeds: u64,
    from: u64,
    seed: Option<u64>,
    trace: bool,
}

fn arguments() -> Option<Arguments> {
    let mut given = std::env::args().skip(1);
    if given.next()? != "run" {
        return None;
    }
    let mut arguments = Arguments { seeds: 100, ..Arguments::default() };
    while let Some(argument) = given.next() {
        let mut number = || given.next()?.parse::<u64>().ok();
        match argument.as_str() {
            "--seeds" => arguments.seeds = number()?,
            "--from" => arguments.from = number()?,
            "--seed" => arguments.seed = Some(number()?),
            "--trace" => arguments.trace = true,
            _ => return None,
        }
    }
    Some(arguments)
}

fn main() -> ExitCode {
    let mut out = io::stdout().lock();
    let Some(arguments) = arguments() else {
        let _ = out.write_all(USAGE.as_bytes());
        return ExitCode::from(2);
    };
    match run(&arguments, &mut out) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) | Err(_) => ExitCode::FAILURE,
    }
}

/// Plays what was asked for and gives how many seeds failed.
fn run(arguments: &Arguments, out: &mut impl Write) -> io::Result<usize> {
    if let Some(seed) = arguments.seed {
        return one(seed, arguments.trace, out);
    }
    let past = PAST.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok());
    let seeds: Vec<u64> = past.chain(arguments.from..arguments.from.saturating_add(arguments.seeds)).collect();
    let (mut failed, mut runs, mut attempts, mut changes, mut terms) = (Vec::new(), 0, 0, 0, 0);
    for (number, seed) in seeds.iter().enumerate() {
        let outcome = check(*seed);
        (runs, attempts) = (runs + outcome.runs, attempts + outcome.attempts);
        (changes, terms) = (changes + outcome.changes, terms + outcome.terms);
        if let Some(broken) = &outcome.broken {
            failed.push(*seed);
            writeln!(out, "seed {seed}: {broken}")?;
            if failed.len() == 1 {
                explain(*seed, out)?;
            }
        }
        if (number + 1) % 100 == 0 {
            writeln!(
                out,
                "{} seeds, {runs} runs, {attempts} attempts, {changes} changes, {terms} terms, {} failed",
                number + 1,
                failed.len()
            )?;
        }
    }
    writeln!(out, "{} passed, {} failed", seeds.len() - failed.len(), failed.len())?;
    if let Some(first) = failed.first() {
        writeln!(
            out,
            "play it again with: headwater-sim run --seed {first} --trace; then add it to crates/sim/seeds.txt"
        )?;
    }
    Ok(failed.len())
}

fn one(seed: u64, trace: bool, out: &mut impl Write) -> io::Result<usize> {
    if trace {
        for line in (Scenario { keep_trace: true, ..Scenario::of_seed(seed) }).run().trace {
            writeln!(out, "{line}")?;
        }
    }
    let outcome = check(seed);
    writeln!(
        out,
        "seed {seed}: {} runs, {} attempts, {} changes, {} terms, hash {}",
        outcome.runs, outcome.attempts, outcome.changes, outcome.terms, outcome.hash
    )?;
    let Some(broken) = outcome.broken else {
        return Ok(0);
    };
    writeln!(out, "seed {seed}: {broken}")?;
    explain(seed, out)?;
    Ok(1)
}

/// The smallest scenario that still fails, with the end of its trace.
fn explain(seed: u64, out: &mut impl Write) -> io::Result<()> {
    let (scenario, outcome) = shrink(seed);
    writeln!(
        out,
        "  still fails with the faults {:?} and at most {} requests: {}",
        scenario.faults.list(),
        scenario.most_asks,
        outcome.broken.unwrap_or_default()
    )?;
    let skipped = outcome.trace.len().saturating_sub(TAIL);
    for line in &outcome.trace[skipped..] {
        let short: String = line.chars().take(WIDTH).collect();
        writeln!(out, "  {short}")?;
    }
    Ok(())
}
