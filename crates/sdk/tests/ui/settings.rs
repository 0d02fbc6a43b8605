//! Settings that do not exist or cannot be.

use headwater::prelude::*;

#[asset(grop = "raw")]
fn unknown_setting() {}

#[asset(key = "shop//orders")]
fn bad_key() {}

#[asset(key = "a", key_prefix = "b")]
fn two_keys() {}

#[asset(retries = 3, backoff = "fast")]
fn bad_word() {}

#[asset(delay = "5s")]
fn delay_without_retries() {}

#[asset(group = "a", group = "b")]
fn twice() {}

#[asset(io = JsonFiles)]
fn io_without_a_value() {}

#[asset(metadata(rows = vec![1]))]
fn bad_fact() {}

#[asset]
fn generic<T>(value: T) {}

#[asset]
fn borrows(context: &Context) {}

#[check(blocking)]
fn checks_nothing() -> bool {
    true
}

#[multi_asset(subset)]
fn makes_nothing() {}

#[process_asset]
fn takes_parameters(context: Context) -> Process {
    Process::new(["true"])
}

fn main() {}
