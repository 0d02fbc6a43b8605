//! The rules: what happens because of what.
//!
//! [`decide`] is pure and total. It looks at the world, an input and the time, and says what should change; it
//! changes nothing. The contract:
//!
//! 1. It is synchronous and does not panic on any stored state.
//! 2. The same arguments give the same answer in the same order.
//! 3. After its effects are applied, the same input decides nothing more.
//! 4. An attempt that lost its lease changes nothing, whatever it reports.
//! 5. A wake-up only means "look again"; one that is no longer true decides nothing.
//!
//! [`Batch`] runs many inputs against one world and gives the effects of all of them for one commit.

mod alerts;
mod batch;
mod cancel;
mod deploy;
mod dispatch;
mod launch;
mod report;
mod settle;
mod taken;
mod tick;
mod timer;
mod view;
mod worker;

pub use batch::{Batch, BatchError};
pub(crate) use settle::falls_short;
pub use settle::skipped_on_purpose;
pub use view::{HeldStep, PoolView, QueueView, WaitingRun, WaitingStep, WorkerView};

use crate::{
    command::{Answer, Command, Refusal, Request},
    effect::Effect,
    id::WorkerId,
    lease::{Join, Lease, Poll, Stop},
    report::Report,
    time::Timestamp,
    world::{Timer, World},
};

/// What can happen.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// Somebody asks for something.
    Request(&'a Request),
    /// A worker joins.
    Join(&'a Join),
    /// A worker polled; its reports come as inputs of their own, before this.
    Poll(&'a Poll),
    /// A worker reports the end of an attempt.
    Report {
        /// Which worker.
        worker: WorkerId,
        /// What it reports.
        report: &'a Report,
    },
    /// A timer went off.
    Timer(&'a Timer),
    /// Runs may start.
    Admit,
    /// Steps may be leased.
    Lease,
}

/// What should change, and what is said to whom.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// Changes, in order. All of them are committed, or none.
    pub effects: Vec<Effect>,
    /// The answer to a request.
    pub answer: Option<Result<Answer, Refusal>>,
    /// Attempts for workers.
    pub leases: Vec<(WorkerId, Lease)>,
    /// Attempts that workers must stop.
    pub stops: Vec<(WorkerId, Stop)>,
    /// When to look again although nobody says anything.
    pub wake_at: Option<Timestamp>,
}

impl Decision {
    /// Nothing changes.
    pub(crate) fn nothing() -> Self {
        Self::default()
    }

    /// A request is refused.
    pub(crate) fn refused(refusal: Refusal) -> Self {
        Self { answer: Some(Err(refusal)), ..Self::default() }
    }

    /// A request is answered.
    pub(crate) fn answered(answer: Answer, effects: Vec<Effect>) -> Self {
        Self { effects, answer: Some(Ok(answer)), ..Self::default() }
    }
}

/// Says what should happen. See the [module](self) for the contract.
pub fn decide(world: &World, input: Input<'_>, now: Timestamp) -> Decision {
    let mut decision = match input {
        Input::Request(request) => on_request(world, request, now),
        Input::Join(join) => worker::join(world, join, now),
        Input::Poll(poll) => worker::poll(world, poll, now),
        Input::Report { worker, report } => report::ended(world, worker, report, now),
        Input::Timer(timer) => timer::fired(world, timer, now),
        Input::Admit => dispatch::admit(world),
        Input::Lease => dispatch::lease(world),
    };
    let alerts = alerts::follow(world, &decision.effects, now);
    decision.effects.extend(alerts);
    decision.wake_at = world.wake_at();
    decision
}

fn on_request(world: &World, request: &Request, now: Timestamp) -> Decision {
    if let Some(again) = launch::tried_before(world, request) {
        return again;
    }
    let mut decision = match &request.command {
        Command::Launch(launch) => launch::launch(world, request, launch, now),
        Command::Retry(retry) => launch::retry(world, request, retry, now),
        Command::Cancel { run } => cancel::cancel(world, request, *run),
        Command::Deploy(new) => deploy::deploy(world, request, new, now),
        Command::SwitchSchedule { name, switch } => tick::switch(world, request, name, *switch, now),
        Command::SetPool { name, limit } => deploy::set_pool(request, name, *limit),
        Command::RefuseDeploy { location, snapshot, reason } => {
            deploy::refused(request, location, snapshot, reason, now)
        }
        Command::AcknowledgeIncident { incident } => alerts::acknowledge(world, request, *incident, now),
        Command::MuteIncident { incident, until } => alerts::mute_incident(world, request, *incident, *until, now),
        Command::MutePolicy { policy, until } => alerts::mute_policy(world, request, policy, *until, now),
        Command::TestAlert(target) => alerts::test(world, request, target, now),
        Command::ReportVersion { kind, version } => report::from_outside(world, request, *kind, version, now),
    };
    if let Some(Ok(answer)) = &decision.answer {
        decision.effects.insert(0, launch::accepted(request, answer, now));
    }
    decision
}
