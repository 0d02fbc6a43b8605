//! One suite of cases that every store passes. A case takes an empty store and says in its name what it shows.
//!
//! [`conformance!`](crate::conformance) makes a test of each case. [`random`] writes valid batches from a seed and
//! [`everything`] reads all that a store shows, so that several stores can be compared in lock step.

// This is test code that other crates' tests call, so it may stop a test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, missing_docs)]

mod alerts;
mod builder;
mod everything;
mod lead;
mod odd;
mod pages;
pub mod random;
mod retention;
mod state;
mod steps;

pub use alerts::*;
pub use builder::{Script, claim};
pub use everything::{Everything, everything};
pub use lead::*;
pub use odd::*;
pub use pages::*;
pub use random::a_long_random_history_is_consistent;
pub use retention::*;
pub use state::*;
pub use steps::*;

/// Makes a test of every case. `$open` is an async function that gives an empty store as `Arc<dyn Store>` and
/// something to keep until the test is over.
#[macro_export]
macro_rules! conformance {
    ($open:path) => {
        $crate::conformance!($open =>
            one_server_leads_at_a_time,
            a_lead_that_is_over_can_be_taken,
            a_stale_term_commits_nothing,
            numbers_have_no_gaps,
            a_batch_is_all_or_nothing,
            an_empty_batch_renews_the_lead,
            every_kind_of_effect_comes_back,
            a_lease_and_its_end_may_share_a_batch,
            ended_steps_never_change,
            ended_runs_never_change,
            every_attempt_is_kept,
            current_state_follows_versions,
            current_checks_are_the_latest,
            a_command_key_counts_once,
            a_tick_launches_once,
            a_renamed_asset_keeps_its_history,
            the_latest_deploy_is_live,
            incidents_are_as_their_last_change_says,
            a_cause_has_one_incident_that_goes_on,
            policies_keep_their_state,
            messages_wait_until_they_are_delivered_or_given_up,
            withdrawn_messages_do_not_leave,
            deliveries_are_found_by_state_and_incident,
            the_first_receipt_of_an_incident_is_found,
            alerts_are_kept_without_nul,
            a_leader_learns_how_long_runs_took,
            messages_stay_until_they_are_delivered,
            lists_come_in_pages,
            runs_are_found_by_what_they_are,
            versions_and_checks_are_part_of_the_log,
            odd_values_come_back,
            nul_becomes_the_replacement_character,
            forgetting_keeps_what_matters,
            forgetting_alerts_keeps_what_goes_on,
            forgetting_goes_in_bounded_batches,
            a_long_random_history_is_consistent,
        );
    };
    ($open:path => $($case:ident),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let (store, _keep) = $open().await;
                $crate::conformance::$case(store).await;
            }
        )+
    };
}
