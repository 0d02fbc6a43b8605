//! Whole-system tests: real server and worker processes, killed and starved.
//!
//! [`fixture`] is a code location whose steps do what steps should not do. `src/bin/fixture.rs` is the product with
//! these steps inside, `tests/faults` starts it and checks what is left when everything went wrong.

pub mod fixture;
