//! Jobs and schedules.

use std::time::Duration;

use headwater_core::{
    manifest::{CatchUp, JobDef, Overlap, ScheduleDef, Switch},
    time::Millis,
};
use serde::Serialize;

use crate::spec::Source;

/// A named selection, so that it can be launched and scheduled by name.
///
/// ```
/// use headwater::prelude::*;
/// let refresh = Job::new("refresh", "group:raw+").description("Everything from the shop.").priority(5);
/// ```
#[derive(Clone, Debug)]
pub struct Job(pub(crate) JobDef);

impl Job {
    /// A job that materializes a selection.
    pub fn new(name: impl Into<String>, selection: impl Into<String>) -> Self {
        Self(JobDef {
            name: name.into(),
            selection: selection.into(),
            description: String::new(),
            tags: std::collections::BTreeMap::new(),
            priority: 0,
            timeout: None,
        })
    }

    /// What it is for, in Markdown.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.0.description = text.into();
        self
    }

    /// A tag of its runs.
    #[must_use]
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.tags.insert(name.into(), value.into());
        self
    }

    /// Runs with a higher number start first.
    #[must_use]
    pub fn priority(mut self, priority: i32) -> Self {
        self.0.priority = priority;
        self
    }

    /// The longest that a run may take.
    #[must_use]
    pub fn timeout(mut self, longest: Duration) -> Self {
        self.0.timeout = Some(millis(longest));
        self
    }
}

/// A schedule: launches a selection at civil times in a zone.
///
/// It is off when it is first deployed unless it says [`on`](Schedule::on); after that, people decide.
///
/// ```
/// use headwater::prelude::*;
/// let nightly = Schedule::new("nightly", "0 6 * * *", "group:curated").zone("Europe/Berlin").on();
/// ```
#[derive(Clone, Debug)]
pub struct Schedule(pub(crate) ScheduleDef);

impl Schedule {
    /// A schedule by a five-field crontab expression, in UTC. The selection may be `job:name`.
    #[track_caller]
    pub fn new(name: impl Into<String>, cron: impl Into<String>, selection: impl Into<String>) -> Self {
        let mut schedule = ScheduleDef::new(name, cron, selection);
        schedule.source = Source::here().define();
        Self(schedule)
    }

    /// The schedule with one more expression; it is due when any of them is.
    #[must_use]
    pub fn also(mut self, cron: impl Into<String>) -> Self {
        self.0.crons.push(cron.into());
        self
    }

    /// The IANA time zone in which the expressions are meant.
    #[must_use]
    pub fn zone(mut self, zone: impl Into<String>) -> Self {
        self.0.zone = zone.into();
        self
    }

    /// On when it is first deployed.
    #[must_use]
    pub fn on(mut self) -> Self {
        self.0.default = Switch::On;
        self
    }

    /// What it is for, in Markdown.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.0.description = text.into();
        self
    }

    /// A tag of its runs.
    #[must_use]
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.tags.insert(name.into(), value.into());
        self
    }

    /// Runs with a higher number start first.
    #[must_use]
    pub fn priority(mut self, priority: i32) -> Self {
        self.0.priority = priority;
        self
    }

    /// The longest that a run may take.
    #[must_use]
    pub fn timeout(mut self, longest: Duration) -> Self {
        self.0.timeout = Some(millis(longest));
        self
    }

    /// The config of a step in each of its runs. What JSON cannot say becomes null, which the config's schema refuses.
    #[must_use]
    pub fn config(mut self, step: impl Into<String>, config: impl Serialize) -> Self {
        self.0.config.insert(step.into(), serde_json::to_value(config).unwrap_or_default());
        self
    }

    /// What happens to ticks that were due while no server ran.
    #[must_use]
    pub fn catch_up(mut self, catch_up: CatchUp) -> Self {
        self.0.catch_up = catch_up;
        self
    }

    /// What happens when the run of an earlier tick has not ended.
    #[must_use]
    pub fn overlap(mut self, overlap: Overlap) -> Self {
        self.0.overlap = overlap;
        self
    }
}

pub(crate) fn millis(span: Duration) -> Millis {
    Millis(u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
}
