//! Customer segments by recency, frequency and money: k-means over standardised logarithms.

use crate::curate::LifetimeValue;
use crate::warehouse::{Warehouse, WarehouseError, record, text_enum};
use jiff::civil::Date;
use smartcore::cluster::kmeans::{KMeans, KMeansParameters};
use smartcore::linalg::basic::matrix::DenseMatrix;
use std::collections::BTreeMap;

text_enum! {
    /// What marketing calls a cluster.
    pub enum Segment {
        /// The most orders and money, lately.
        Champions = "champions",
        /// Next to them.
        Loyal = "loyal",
        /// Bought little, not long ago.
        Occasional = "occasional",
        /// Have not bought for long.
        Lapsed = "lapsed",
    }
}

record! {
    /// One row per customer who bought something.
    pub struct CustomerSegment in "activation_customer_segments" key(customer_id) {
        /// Customer number.
        pub customer_id: i64,
        /// The segment.
        pub segment: Segment,
        /// Days since the last order, counted from the newest order of all.
        pub recency_days: i64,
        /// Orders.
        pub orders: i64,
        /// Cents.
        pub revenue_cents: i64,
    }
}

/// The segments and how good they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Segmentation {
    /// One row per customer.
    pub rows: Vec<CustomerSegment>,
    /// Sum of squared distances to the own cluster's centre, over standardised features.
    pub inertia: f64,
    /// How much closer customers are to their own cluster than to the next one: -1 to 1, higher is better.
    pub silhouette: f64,
    /// Customers per segment.
    pub sizes: BTreeMap<Segment, usize>,
}

/// Why there are no segments.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    /// Fewer customers than a model needs.
    #[error("{customers} customers are too few to segment; at least {MIN_CUSTOMERS} are needed")]
    TooFew {
        /// How many there are.
        customers: usize,
    },
    /// The model did not come about.
    #[error("k-means failed: {0}")]
    Fit(String),
    /// The warehouse refused.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
}

const CLUSTERS: usize = 4;
const MIN_CUSTOMERS: usize = 20;
const SEED: u64 = 7;
const FEATURES: usize = 3;

type Point = [f64; FEATURES];

/// Sorts customers into segments. Equal input gives equal segments.
///
/// # Errors
/// When there are too few customers or the model cannot be fitted.
pub fn segment_customers(customers: &[LifetimeValue]) -> Result<Segmentation, SegmentError> {
    if customers.len() < MIN_CUSTOMERS {
        return Err(SegmentError::TooFew { customers: customers.len() });
    }
    let newest = customers.iter().map(|customer| customer.last_day).max().unwrap_or(Date::MIN);
    let recency: Vec<i64> = customers.iter().map(|customer| days_between(customer.last_day, newest)).collect();
    let points =
        standardise(customers.iter().zip(&recency).map(|(customer, days)| features(customer, *days)).collect());
    let labels = cluster(&points)?;
    let centres = centres(&points, &labels);
    let names = name_clusters(&centres);
    let rows: Vec<CustomerSegment> = customers
        .iter()
        .zip(recency)
        .zip(&labels)
        .map(|((customer, recency_days), label)| CustomerSegment {
            customer_id: customer.customer_id,
            segment: names[*label],
            recency_days,
            orders: customer.orders,
            revenue_cents: customer.revenue_cents,
        })
        .collect();
    let mut sizes = BTreeMap::new();
    for row in &rows {
        *sizes.entry(row.segment).or_insert(0) += 1;
    }
    let inertia = points.iter().zip(&labels).map(|(point, label)| squared_distance(point, &centres[*label])).sum();
    Ok(Segmentation { rows, inertia, silhouette: silhouette(&points, &labels), sizes })
}

/// Builds `activation_customer_segments` and returns what was found.
///
/// # Errors
/// As [`segment_customers`], and when the warehouse refuses.
pub async fn build_segments(warehouse: &Warehouse) -> Result<Segmentation, SegmentError> {
    let segmentation = segment_customers(&warehouse.read_all().await?)?;
    warehouse.replace_all(&segmentation.rows).await?;
    Ok(segmentation)
}

fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// Logarithms, because one order more means less to someone with twenty.
fn features(customer: &LifetimeValue, recency_days: i64) -> Point {
    let log = |number: i64| (number.max(0) as f64).ln_1p();
    [log(recency_days), log(customer.orders), log(customer.revenue_cents)]
}

/// Each feature with mean 0 and deviation 1; a feature that never varies becomes 0.
fn standardise(mut points: Vec<Point>) -> Vec<Point> {
    let count = points.len() as f64;
    for feature in 0..FEATURES {
        let mean = points.iter().map(|point| point[feature]).sum::<f64>() / count;
        let variance = points.iter().map(|point| (point[feature] - mean).powi(2)).sum::<f64>() / count;
        let deviation = if variance > 1e-12 { variance.sqrt() } else { 1.0 };
        for point in &mut points {
            point[feature] = (point[feature] - mean) / deviation;
        }
    }
    points
}

fn cluster(points: &[Point]) -> Result<Vec<usize>, SegmentError> {
    let failed = |error: smartcore::error::Failed| SegmentError::Fit(error.to_string());
    let rows: Vec<Vec<f64>> = points.iter().map(|point| point.to_vec()).collect();
    let matrix = DenseMatrix::from_2d_vec(&rows).map_err(failed)?;
    let parameters = KMeansParameters { k: CLUSTERS, max_iter: 200, seed: Some(SEED) };
    let model: KMeans<f64, i32, DenseMatrix<f64>, Vec<i32>> = KMeans::fit(&matrix, parameters).map_err(failed)?;
    let labels = model.predict(&matrix).map_err(failed)?;
    Ok(labels.into_iter().map(|label| (label.max(0) as usize).min(CLUSTERS - 1)).collect())
}

fn centres(points: &[Point], labels: &[usize]) -> [Point; CLUSTERS] {
    let mut centres = [[0.0; FEATURES]; CLUSTERS];
    let mut sizes = [0_usize; CLUSTERS];
    for (point, label) in points.iter().zip(labels) {
        sizes[*label] += 1;
        for feature in 0..FEATURES {
            centres[*label][feature] += point[feature];
        }
    }
    for (centre, size) in centres.iter_mut().zip(sizes) {
        for value in centre {
            *value /= size.max(1) as f64;
        }
    }
    centres
}

/// Numbers mean nothing to marketing: the two most valuable clusters are champions and loyal, and of the other two
/// the one that stayed away longer has lapsed.
fn name_clusters(centres: &[Point; CLUSTERS]) -> [Segment; CLUSTERS] {
    let value = |centre: &Point| centre[1] + centre[2] - centre[0];
    let mut order: [usize; CLUSTERS] = std::array::from_fn(|index| index);
    order.sort_by(|a, b| value(&centres[*b]).total_cmp(&value(&centres[*a])));
    if centres[order[2]][0] > centres[order[3]][0] {
        order.swap(2, 3);
    }
    let mut names = [Segment::Lapsed; CLUSTERS];
    for (cluster, name) in
        order.into_iter().zip([Segment::Champions, Segment::Loyal, Segment::Occasional, Segment::Lapsed])
    {
        names[cluster] = name;
    }
    names
}

fn squared_distance(a: &Point, b: &Point) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

/// The mean silhouette. Every pair is compared once, which is fine for the thousands of customers of one shop.
fn silhouette(points: &[Point], labels: &[usize]) -> f64 {
    let mut sizes = [0_usize; CLUSTERS];
    for label in labels {
        sizes[*label] += 1;
    }
    let total: f64 = points
        .iter()
        .zip(labels)
        .map(|(point, own)| {
            let mut sums = [0.0; CLUSTERS];
            for (other, label) in points.iter().zip(labels) {
                sums[*label] += squared_distance(point, other).sqrt();
            }
            if sizes[*own] < 2 {
                return 0.0;
            }
            let inside = sums[*own] / (sizes[*own] - 1) as f64;
            let outside = (0..CLUSTERS)
                .filter(|label| label != own && sizes[*label] > 0)
                .map(|label| sums[label] / sizes[label] as f64)
                .fold(f64::INFINITY, f64::min);
            let largest = inside.max(outside);
            if largest > 0.0 && largest.is_finite() { (outside - inside) / largest } else { 0.0 }
        })
        .sum();
    total / points.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::{Segment, SegmentError, segment_customers};
    use crate::curate::LifetimeValue;
    use jiff::civil::date;

    fn customer(customer_id: i64, last_day: i8, orders: i64, revenue_cents: i64) -> LifetimeValue {
        LifetimeValue {
            customer_id,
            country_code: "GB".to_owned(),
            first_day: date(2026, 1, 1),
            last_day: date(2026, 1, last_day),
            orders,
            revenue_cents,
            average_order_cents: revenue_cents / orders,
        }
    }

    #[test]
    fn four_obvious_groups_get_their_names() {
        let groups = [
            (31, 40, 900_000, Segment::Champions),
            (29, 12, 120_000, Segment::Loyal),
            (28, 1, 2_000, Segment::Occasional),
            (2, 1, 2_000, Segment::Lapsed),
        ];
        let customers: Vec<LifetimeValue> = (0..80)
            .map(|id| {
                let (day, orders, cents, _) = groups[id as usize % 4];
                customer(id, day, orders, cents + id)
            })
            .collect();
        let found = segment_customers(&customers).unwrap();
        for row in &found.rows {
            assert_eq!(row.segment, groups[row.customer_id as usize % 4].3, "customer {}", row.customer_id);
        }
        assert!(found.silhouette > 0.8, "{}", found.silhouette);
        assert!(found.inertia < 10.0, "{}", found.inertia);
        assert_eq!(found, segment_customers(&customers).unwrap());
    }

    #[test]
    fn too_few_customers_are_an_error_and_equal_ones_are_not() {
        assert!(matches!(segment_customers(&[]), Err(SegmentError::TooFew { customers: 0 })));
        let equal: Vec<LifetimeValue> = (0..30).map(|id| customer(id, 5, 1, 1_000)).collect();
        let found = segment_customers(&equal).unwrap();
        assert_eq!(found.rows.len(), 30);
        assert!(found.silhouette.is_finite() && found.inertia.is_finite());
    }
}
