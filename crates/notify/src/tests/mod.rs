//! Delivering, against real servers.
