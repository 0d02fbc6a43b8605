//! The assets of {{name}}.

use headwater::prelude::*;

/// Orders as the shop returned them.
#[asset(group = "raw", owners = ["team:data"], retries = 3, timeout = "1m")]
async fn raw_orders(ctx: Context) -> Result<Materialized<Vec<u64>>> {
    ctx.log.info("asking the shop");
    let amounts = vec![120, 80, 0, 45];
    let rows = amounts.len();
    Ok(Materialized::new(amounts).meta("rows", rows))
}

/// Amounts of orders that were paid.
#[asset(group = "curated", code_version = "1")]
fn paid_orders(raw_orders: Input<raw_orders>) -> Vec<u64> {
    raw_orders.iter().copied().filter(|amount| *amount > 0).collect()
}

/// What was taken in.
#[asset(group = "curated", code_version = "1")]
fn revenue(ctx: Context, paid_orders: Input<paid_orders>) -> u64 {
    let sum = paid_orders.iter().sum();
    ctx.log.info(format!("{sum} from {} orders", paid_orders.len()));
    sum
}

/// Every paid order has an amount.
#[check(asset = paid_orders, blocking)]
fn amounts_are_positive(amounts: &[u64]) -> bool {
    amounts.iter().all(|amount| *amount > 0)
}

fn definitions() -> Definitions {
    definitions![raw_orders, paid_orders, revenue, amounts_are_positive]
        .schedule(Schedule::new("nightly", "0 6 * * *", "*").zone("Europe/Berlin"))
}

fn main() -> ExitCode {
    headwater::main(definitions())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revenue_is_what_was_paid() {
        let run = headwater::testing::materialize(&definitions(), "*");
        assert_eq!(*run.value::<revenue>(), 245);
    }
}
