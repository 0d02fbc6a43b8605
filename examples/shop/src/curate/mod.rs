//! The tables people build reports on: both channels in one shape, money in cents, days in UTC.
//!
//! An order counts towards revenue while it is open or completed. A refund at the till counts with its negative amount
//! on the day it was rung up. Cancelled and returned web orders count only towards the cancellation rate.

mod master;
mod orders;
mod revenue;

pub use master::{Customer, Product, Source, build_customers, build_products, customers, products};
pub use orders::{
    Channel, Order, OrderItem, OrderState, build_order_items, build_orders, order_items, order_state, orders,
};
pub use revenue::{
    CancellationRate, CountryRevenue, DailyRevenue, LifetimeValue, ProductPerformance, build_cancellation_rate,
    build_country_revenue, build_daily_revenue, build_lifetime_value, build_product_performance, cancellation_rates,
    country_revenue, daily_revenue, lifetime_values, product_performance,
};

/// Status words of the web shop, as the check of accepted values wants them.
pub const WEB_STATUSES: &[&str] = &["placed", "paid", "shipped", "delivered", "cancelled", "returned"];
