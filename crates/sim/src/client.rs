//! People and programs that ask for things, and ask again until they are answered.

use headwater_core::{
    command::{Answer, Command, Launch, Refusal, Request, Retry, RetryScope, RetrySource},
    id::{DeploymentId, RunId, StepNo},
    manifest::Switch,
    record::StepState,
};
use headwater_store::Reader;

use crate::{
    sim::{Body, Origin, ReplyBody, Sim, now_or_never},
    workload::{Ask, What},
};

/// Something asked for, until it is answered.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    pub(crate) ask: Ask,
    key: String,
    server: usize,
    sent: Option<u64>,
    pub(crate) answered: bool,
    /// What it was answered, where it was accepted.
    pub(crate) accepted: Option<Answer>,
    /// The run that it is about, once that is chosen.
    about: Option<RunId>,
}

impl Asking {
    pub(crate) fn new(number: usize, ask: Ask) -> Self {
        Self { ask, key: format!("key {number}"), server: 0, sent: None, answered: false, accepted: None, about: None }
    }
}

/// An answer that did not come in this time is asked for again.
const PATIENCE: u64 = 5_000_000;

impl Sim {
    pub(crate) fn ask(&mut self, number: usize) {
        let now = self.now;
        let asking = &mut self.asking[number];
        if asking.answered || asking.sent.is_some_and(|sent| now < sent + PATIENCE) {
            return;
        }
        asking.sent = Some(now);
        let what = asking.ask.what.clone();
        let key = asking.key.clone();
        let Some(command) = self.command(number, &what) else {
            self.asking[number].answered = true;
            return;
        };
        let request =
            Request { deployment: DeploymentId::DEFAULT, principal: "ann".to_owned(), key: Some(key), command };
        let server = self.asking[number].server;
        self.send(server, Origin::Client(number), Body::Command(Box::new(request)));
        self.push(PATIENCE, crate::sim::Event::Ask(number));
    }

    /// The command as a server makes it of the request: with a fresh run id for each try.
    fn command(&mut self, number: usize, what: &What) -> Option<Command> {
        let run = RunId(self.ids.uuid());
        Some(match what {
            What::Deploy(which) => {
                let deploy = self.workload.deploy(*which, &mut self.ids);
                match deploy {
                    Ok(deploy) => Command::Deploy(deploy),
                    Err(refusal) => {
                        self.fail(format!("the generator made a broken manifest: {refusal}"));
                        return None;
                    }
                }
            }
            What::Launch { selection, priority, team, timeout } => Command::Launch(Launch {
                run,
                selection: selection.clone(),
                location: None,
                partition: String::new(),
                tags: team.iter().map(|team| ("team".to_owned(), (*team).to_owned())).collect(),
                config: std::collections::BTreeMap::new(),
                priority: Some(*priority),
                timeout: *timeout,
            }),
            What::Cancel(which) => Command::Cancel { run: self.about(number, *which)? },
            What::Retry(which, from_failure) => {
                let of = self.about(number, *which)?;
                let scope = self.scope(of, *from_failure)?;
                Command::Retry(Retry { run, of, scope })
            }
            What::Switch(switch) => Command::SwitchSchedule { name: "often".to_owned(), switch: *switch },
            What::Pool(limit) => Command::SetPool { name: "warehouse".to_owned(), limit: *limit },
        })
    }

    /// The run that a person means, which does not change when they ask again.
    fn about(&mut self, number: usize, which: u64) -> Option<RunId> {
        if self.asking[number].about.is_none() {
            let runs = &self.ledger.runs;
            let at = which.checked_rem(runs.len() as u64)? as usize;
            self.asking[number].about = runs.keys().nth(at).copied();
        }
        self.asking[number].about
    }

    /// What the server reads of an ended run.
    fn scope(&self, of: RunId, from_failure: bool) -> Option<RetryScope> {
        let seen = self.ledger.runs.get(&of)?;
        let record = now_or_never(self.store.run(of))?.ok()??;
        let source =
            RetrySource { run: record.into(), plan: seen.plan.clone().into(), snapshot: seen.snapshot.clone() };
        let steps = seen.steps.iter().enumerate().filter(|(_, step)| step.state != StepState::Succeeded);
        let steps = steps.map(|(number, _)| StepNo(number as u32)).collect();
        Some(if from_failure { RetryScope::FromFailure(source, steps) } else { RetryScope::All(source) })
    }

    pub(crate) fn tell_client(&mut self, number: usize, server: usize, body: ReplyBody) {
        let ReplyBody::Answer(answer) = body else {
            let servers = self.servers.len();
            let asking = &mut self.asking[number];
            asking.server = (server + 1) % servers;
            asking.sent = None;
            self.push(100_000, crate::sim::Event::Ask(number));
            return;
        };
        self.check_answer(number, &answer);
        let asking = &mut self.asking[number];
        if asking.answered {
            return;
        }
        asking.answered = true;
        if let Ok(answer) = answer {
            if let Answer::Deployed { snapshot, .. } = &answer {
                // Workers that start from now on bring this code; the others keep what they have.
                self.deployed = Some(snapshot.clone());
            }
            self.asking[number].accepted = Some(answer);
        }
        for worker in 0..self.crews.len() {
            self.wake_worker(worker, 1_000);
        }
    }

    /// An answer means that it is durable, and two answers to one key say the same.
    fn check_answer(&mut self, number: usize, answer: &Result<Answer, Refusal>) {
        let asking = &self.asking[number];
        let (key, before) = (asking.key.clone(), asking.accepted.clone());
        if let (Some(before), Ok(answer)) = (&before, answer)
            && same_thing(before) != same_thing(answer)
        {
            self.fail(format!("{key} was answered {before:?} and then {answer:?}"));
        }
        if let Ok(answer) = answer {
            if !self.ledger.knows_key(&key) {
                self.fail(format!("{key} was acknowledged and is not stored"));
            }
            if let Answer::Launched { run, .. } = answer
                && !self.ledger.runs.contains_key(run)
            {
                self.fail(format!("run {run} was acknowledged and is not stored"));
            }
        }
    }

    /// When all is quiet, nothing may start by itself and nothing may be held back.
    pub(crate) fn ask_for_quiet(&mut self) {
        for what in [What::Switch(Switch::Off), What::Pool(None)] {
            let number = self.asking.len();
            self.asking.push(Asking::new(number, Ask { at: 0, what }));
            self.ask(number);
        }
    }
}

/// What has to be the same in two answers to one command.
fn same_thing(answer: &Answer) -> String {
    match answer {
        Answer::Launched { run, .. } => run.to_string(),
        Answer::Deployed { snapshot, .. } => snapshot.to_string(),
        _ => String::new(),
    }
}
