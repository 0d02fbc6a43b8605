//! Tests over real HTTP: a server on a free port, the real scheduler, the store in memory, files for logs.

mod access;
mod bad_input;
mod flow;
mod harness;
mod live;
mod logs;
mod speed;
mod standby;
