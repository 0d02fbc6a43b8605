//! The shop: a retailer's pipeline on Headwater, from a shop's API and a till's export to a warehouse, a forecast and a
//! CRM.
//!
//! The folders follow the data: [`world`] and [`shop_api`] play the outside, [`ingest`] and [`export`] bring it in,
//! [`cleanse`] and [`curate`] make tables people trust, [`checks`] guard them, [`activation`] puts them to use. All of it
//! is plain functions; [`assets`] declares who calls them, when, and what from.

pub mod activation;
pub mod assets;
pub mod checks;
pub mod cleanse;
pub mod commands;
pub mod curate;
pub mod export;
pub mod ingest;
pub mod money;
pub mod privacy;
pub mod random;
pub mod setup;
pub mod shop_api;
pub mod warehouse;
pub mod world;
