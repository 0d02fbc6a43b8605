//! Spans of time that are none are found when constants are evaluated.

use headwater::prelude::*;

#[asset(timeout = "10 minutes")]
fn bad_timeout() {}

#[asset(retries = 3, delay = "5")]
fn delay_without_a_unit() {}

fn main() {}
