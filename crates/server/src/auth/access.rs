//! What each role may do. There is no other place that decides it.

use headwater_api::{ErrorCode, Principal, Role};

use crate::problem::Refused;

/// What a route does. Every route declares one, or it does not get into the router.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    /// Nothing that needs protection: probes, documentation, the version.
    Public,
    /// Reads state.
    Read,
    /// Reads state that only the leader has in memory.
    ReadLeader,
    /// Reads the output of steps.
    ReadLogs,
    /// Reads the server's own metrics.
    ReadMetrics,
    /// Launches, cancels and repeats runs.
    Run,
    /// Switches schedules.
    SwitchSchedule,
    /// Records versions that others made.
    Report,
    /// Makes definitions live.
    Deploy,
    /// Sets limits.
    SetLimit,
    /// Takes and mutes incidents, mutes and tries alert policies.
    Alert,
    /// Joins and polls as a worker.
    Work,
    /// Stores the output of steps.
    WriteLogs,
}

impl Action {
    /// Every action.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 13] = [
        Self::Public,
        Self::Read,
        Self::ReadLeader,
        Self::ReadLogs,
        Self::ReadMetrics,
        Self::Run,
        Self::SwitchSchedule,
        Self::Report,
        Self::Deploy,
        Self::SetLimit,
        Self::Alert,
        Self::Work,
        Self::WriteLogs,
    ];

    /// Whether only the leader can do it, so that other servers pass it on.
    pub(crate) const fn needs_leader(self) -> bool {
        match self {
            Self::Run
            | Self::SwitchSchedule
            | Self::Report
            | Self::Deploy
            | Self::SetLimit
            | Self::Alert
            | Self::Work
            | Self::ReadLeader => true,
            Self::Public | Self::Read | Self::ReadLogs | Self::ReadMetrics | Self::WriteLogs => false,
        }
    }
}

/// What an action is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Object<'a> {
    /// The server itself.
    Server,
    /// A deployment and what belongs to it.
    Deployment(&'a str),
}

/// Decides whether a principal may do something. Unknown means no.
pub(crate) fn authorize(principal: &Principal, action: Action, object: Object<'_>) -> Result<(), Refused> {
    let reads = matches!(action, Action::Read | Action::ReadLeader | Action::ReadLogs | Action::ReadMetrics);
    let operates = matches!(action, Action::Run | Action::SwitchSchedule | Action::Report | Action::Alert);
    let works = matches!(action, Action::Deploy | Action::Work | Action::WriteLogs);
    let allowed = action == Action::Public
        || match principal.role {
            Role::Admin => true,
            Role::Operator => reads || operates,
            Role::Viewer => reads,
            Role::Worker => works,
        };
    if allowed {
        return Ok(());
    }
    let of = match object {
        Object::Server => String::new(),
        Object::Deployment(name) => format!(" in deployment `{name}`"),
    };
    let message =
        format!("`{}` has the role {:?}, which does not allow {action:?}{of}", principal.name, principal.role);
    Err(Refused::new(ErrorCode::Forbidden, message).hint("use a token of another role"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_by_every_action() {
        use Action::{
            Alert, Deploy, Public, Read, ReadLeader, ReadLogs, ReadMetrics, Report, Run, SwitchSchedule, Work,
            WriteLogs,
        };
        let table: [(Role, &[Action]); 4] = [
            (Role::Admin, &Action::ALL),
            (Role::Operator, &[Public, Read, ReadLeader, ReadLogs, ReadMetrics, Run, SwitchSchedule, Report, Alert]),
            (Role::Viewer, &[Public, Read, ReadLeader, ReadLogs, ReadMetrics]),
            (Role::Worker, &[Public, Deploy, Work, WriteLogs]),
        ];
        for (role, allowed) in table {
            let principal = Principal { name: "x".into(), role };
            for action in Action::ALL {
                let is = authorize(&principal, action, Object::Server).is_ok();
                assert_eq!(is, allowed.contains(&action), "{role:?} {action:?}");
            }
        }
    }
}
