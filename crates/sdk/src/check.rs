//! What a check finds.

use std::fmt;

use headwater_core::{
    key::AssetKey,
    manifest::Severity,
    metadata::{Metadata, MetadataValue},
    report::CheckOutcome,
};

use crate::{
    error::{IntoStepError, Result},
    spec::CheckSpec,
};

/// What a check found.
///
/// ```
/// use headwater::prelude::*;
///
/// #[asset]
/// fn orders() -> Vec<u64> {
///     vec![1, 2, 2]
/// }
///
/// /// No order comes twice.
/// #[check(asset = orders, blocking)]
/// fn ids_are_unique(orders: &[u64]) -> CheckResult {
///     let mut seen = orders.to_vec();
///     seen.sort_unstable();
///     seen.dedup();
///     CheckResult::of(seen.len() == orders.len()).meta("duplicates", orders.len() - seen.len())
/// }
///
/// #[asset(deps = [orders])]
/// fn report() {}
///
/// let run = headwater::testing::materialize(&definitions![orders, ids_are_unique, report], "*");
/// assert!(!run.check("orders", "ids_are_unique").passed);
/// assert!(run.is_skipped("report"));
/// ```
///
/// A parameter by reference is the value of the asset that is checked; the others are as for assets.
///
/// A check that fails is recorded, shown and told. One that is `blocking` also fails its run, and what is downstream of
/// the asset is skipped in that run; what was made stays recorded. It holds within the run: to materialize something
/// downstream by itself is the deliberate way past a check. A failure of severity `warn` never blocks.
#[derive(Clone, Debug)]
pub struct CheckResult {
    passed: bool,
    severity: Option<Severity>,
    description: String,
    metadata: Metadata,
}

impl CheckResult {
    /// The asset is as it should be.
    pub fn passed() -> Self {
        Self::of(true)
    }

    /// The asset is not as it should be; a sentence says why.
    pub fn failed(why: impl fmt::Display) -> Self {
        Self { description: why.to_string(), ..Self::of(false) }
    }

    /// The asset is as it should be if `passed`.
    pub fn of(passed: bool) -> Self {
        Self { passed, severity: None, description: String::new(), metadata: Metadata::new() }
    }

    /// The result with a fact.
    #[must_use]
    pub fn meta(mut self, name: impl Into<String>, value: impl Into<MetadataValue>) -> Self {
        self.metadata.insert(name.into(), value.into());
        self
    }

    /// The result with how bad it is, in place of what the attribute says.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// The result with one sentence for people.
    #[must_use]
    pub fn description(mut self, text: impl fmt::Display) -> Self {
        self.description = text.to_string();
        self
    }

    pub(crate) fn outcome(self, spec: &CheckSpec, asset: AssetKey, partition: &str) -> CheckOutcome {
        CheckOutcome {
            asset,
            check: spec.name.to_owned(),
            partition: partition.to_owned(),
            passed: self.passed,
            severity: self.severity.unwrap_or(spec.severity),
            description: self.description,
            metadata: self.metadata,
        }
    }
}

/// What a check may return: a [`CheckResult`] or a `bool`, also within a `Result`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the result of a check",
    label = "not the result of a check",
    note = "return a CheckResult or a bool, also within a Result"
)]
pub trait IntoCheck {
    /// The result.
    ///
    /// # Errors
    /// What the function returned: the check could not be evaluated.
    fn into_check(self) -> Result<CheckResult>;
}

impl IntoCheck for CheckResult {
    fn into_check(self) -> Result<CheckResult> {
        Ok(self)
    }
}

impl IntoCheck for bool {
    fn into_check(self) -> Result<CheckResult> {
        Ok(CheckResult::of(self))
    }
}

impl<C: IntoCheck, E: IntoStepError> IntoCheck for std::result::Result<C, E> {
    fn into_check(self) -> Result<CheckResult> {
        self.map_err(IntoStepError::into_step_error).and_then(IntoCheck::into_check)
    }
}
