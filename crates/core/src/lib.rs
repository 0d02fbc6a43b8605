//! The domain of Headwater: what is declared, what is planned, what runs, and the rules that decide.
//!
//! Nothing here does I/O, reads a clock, draws a random number or is async. Whatever enters is an argument,
//! whatever should happen is a return value. That is what lets fixtures, property laws and the simulator test
//! every rule.
//!
//! Follow one asset through the modules: [`manifest`] (declare), `graph` (validate), `selection` and
//! `plan` (request), `decide` over `world` (dispatch, retry, finish), [`report`] (record).

pub mod alert;
pub mod command;
pub mod cron;
pub mod decide;
pub mod effect;
mod event;
pub mod graph;
pub mod id;
pub mod key;
pub mod lease;
pub mod manifest;
pub mod metadata;
pub mod plan;
pub mod record;
pub mod report;
pub mod selection;
pub mod time;
pub mod world;
