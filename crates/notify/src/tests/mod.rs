//! Delivering, against real servers on this machine.

mod bodies;
mod check;
mod delivery;
mod harness;
mod http;
mod letters;
mod mail;
mod outbound;
mod slack;
mod storm;
