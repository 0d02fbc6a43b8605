//! Steps that could start if somebody took them.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    id::{DeploymentId, RunId, Seq, SnapshotId, StepNo},
    record::WorkerRecord,
};

/// A queue's number.
pub(crate) type RouteNo = u32;

/// What all steps of one queue have in common: what they ask of a worker, and the pool that they need.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Route {
    pub(crate) deployment: DeploymentId,
    pub(crate) location: String,
    pub(crate) snapshot: SnapshotId,
    pub(crate) requires: BTreeMap<String, String>,
    pub(crate) pool: Option<String>,
}

/// A ready step's place: priority, then older runs, then the plan's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ReadyKey {
    pub(crate) priority: Reverse<i32>,
    pub(crate) run_seq: Seq,
    pub(crate) step: StepNo,
    pub(crate) run: RunId,
}

/// Ready steps by queue.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ready {
    numbers: BTreeMap<Route, RouteNo>,
    routes: Vec<Route>,
    queues: Vec<BTreeSet<ReadyKey>>,
    count: usize,
}

impl Ready {
    /// The number of a queue, which is made where it does not exist.
    pub(crate) fn route(&mut self, route: Route) -> RouteNo {
        if let Some(number) = self.numbers.get(&route) {
            return *number;
        }
        let number = self.routes.len() as RouteNo;
        self.routes.push(route.clone());
        self.queues.push(BTreeSet::new());
        self.numbers.insert(route, number);
        number
    }

    pub(crate) fn insert(&mut self, route: RouteNo, key: ReadyKey) {
        self.count += usize::from(self.queues[route as usize].insert(key));
    }

    pub(crate) fn remove(&mut self, route: RouteNo, key: &ReadyKey) {
        self.count -= usize::from(self.queues[route as usize].remove(key));
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn queue(&self, route: RouteNo) -> &BTreeSet<ReadyKey> {
        &self.queues[route as usize]
    }

    pub(crate) fn routes(&self) -> impl Iterator<Item = (RouteNo, &Route)> {
        self.routes.iter().enumerate().map(|(number, route)| (number as RouteNo, route))
    }

    pub(crate) fn describe(&self, route: RouteNo) -> &Route {
        &self.routes[route as usize]
    }
}

impl Route {
    /// Whether a worker may take steps of this queue, apart from whether it has their code.
    pub(crate) fn suits(&self, worker: &WorkerRecord) -> bool {
        worker.location == self.location
            && self.requires.iter().all(|(tag, value)| worker.tags.get(tag).is_some_and(|has| has == value))
    }
}
