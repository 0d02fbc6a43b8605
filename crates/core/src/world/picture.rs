//! A world as text, to compare two of them.

use super::World;
use crate::record::RunState;

impl World {
    /// Everything that decides, line by line, in one order: two worlds with the same picture decide alike.
    ///
    /// What workers said last is left out, since a new leader asks for it anew, and so are timers that follow from
    /// the rest.
    pub fn picture(&self) -> Vec<String> {
        let mut lines = vec![format!("last {}", self.last_seq.0)];
        for ((deployment, location), deploy) in &self.live {
            lines.push(format!("live {} {location} {}", deployment.0, deploy.snapshot));
        }
        lines.extend(self.names.iter().map(|((deployment, key), id)| format!("asset {} {key} {id}", deployment.0)));
        for ((asset, partition), current) in &self.current {
            if *current != super::Current::default() {
                lines.push(format!(
                    "current {asset} {partition:?} {:?} {:?} {:?}",
                    current.latest, current.made_at, current.cursor
                ));
            }
        }
        lines.extend(
            self.pool_set.iter().map(|((deployment, pool), limit)| format!("pool {} {pool} {limit}", deployment.0)),
        );
        let used = self.pool_use.iter().filter(|(_, used)| **used > 0);
        lines.extend(used.map(|((deployment, pool), used)| format!("taken {} {pool} {used}", deployment.0)));
        let used = self.run_use.iter().filter(|(_, used)| **used > 0);
        lines.extend(used.map(|(deployment, used)| format!("runs {} {used}", deployment.0)));
        lines.extend(self.tag_use.iter().map(|(tag, used)| format!("tag {tag:?} {used}")));
        for schedule in self.schedules.values() {
            lines.push(format!("schedule {:?} {:?}", schedule.record, schedule.runs));
        }
        lines.extend(self.commands.iter().map(|(key, command)| format!("command {key:?} {command:?}")));
        for worker in self.workers.values() {
            lines.push(format!("worker {:?} holds {:?}", worker.record, worker.held));
        }
        lines.extend(self.incidents.values().map(|incident| format!("incident {incident:?}")));
        lines.extend(self.policies.values().map(|policy| format!("policy {policy:?}")));
        lines.extend(self.queue.iter().map(|place| format!("queued {place:?}")));
        self.picture_of_runs(&mut lines);
        lines
    }

    fn picture_of_runs(&self, lines: &mut Vec<String>) {
        for run in self.runs.values() {
            lines.push(format!("run {:?} open {} running {} failed {}", run.record, run.open, run.running, run.failed));
            let ids: Vec<_> = run
                .plan
                .steps
                .iter()
                .flat_map(|step| &step.assets)
                .map(|&asset| run.bound.ids.get(asset as usize))
                .collect();
            lines.push(format!("run {} makes {ids:?}", run.record.id));
            let steps = run.steps.iter().enumerate();
            lines.extend(steps.map(|(number, step)| format!("step {} {number} {step:?}", run.record.id)));
        }
        // Queues are numbered in the order in which they were first used, which is no part of the picture.
        let mut ready: Vec<String> = self
            .ready
            .routes()
            .flat_map(|(number, route)| {
                self.ready.queue(number).iter().map(move |key| format!("ready {key:?} {route:?}"))
            })
            .collect();
        ready.sort();
        lines.append(&mut ready);
        debug_assert!(self.runs.values().all(|run| run.record.state != RunState::Succeeded), "an ended run is kept");
    }
}
