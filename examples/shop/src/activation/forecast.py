"""Forecasts demand per product category with Holt-Winters smoothing (additive trend, weekly season).

Reads curated_order_items and curated_products, writes activation_demand_forecast and activation_forecast_metrics in
one transaction, and prints the overall metrics as JSON. Standard library only.
"""

import argparse
import datetime
import itertools
import json
import sqlite3
import sys

SEASON = 7
TEST_DAYS = 14
MIN_DAYS = 6 * SEASON
MAX_DAYS = 400
GRID = list(itertools.product((0.1, 0.2, 0.4), (0.01, 0.05), (0.1, 0.3)))

DEMAND = """
SELECT p.category, i.day, SUM(i.quantity)
FROM curated_order_items AS i JOIN curated_products AS p ON p.sku = i.sku
WHERE i.channel = 'web'
GROUP BY p.category, i.day
"""


def read_series(connection):
    """Units per day and category, with 0 on days without a sale. The last day may still be going on and is left out."""
    demand = {}
    days = set()
    for category, day, units in connection.execute(DEMAND):
        demand.setdefault(category, {})[datetime.date.fromisoformat(day)] = units
        days.add(datetime.date.fromisoformat(day))
    if len(days) < 2:
        return {}, None
    last = max(days) - datetime.timedelta(days=1)
    length = min((last - min(days)).days + 1, MAX_DAYS)
    calendar = [last - datetime.timedelta(days=back) for back in reversed(range(length))]
    series = {category: [float(units.get(day, 0)) for day in calendar] for category, units in demand.items()}
    return series, last


def smooth(values, alpha, beta, gamma):
    """Returns level, trend, season and the sum of squared one-step errors."""
    first, second = values[:SEASON], values[SEASON : 2 * SEASON]
    level = sum(first) / SEASON
    trend = (sum(second) - sum(first)) / SEASON**2
    season = [value - level for value in first]
    squared = 0.0
    for index, value in enumerate(values[SEASON:]):
        place = index % SEASON
        error = value - (level + trend + season[place])
        squared += error * error
        previous = level
        level = alpha * (value - season[place]) + (1 - alpha) * (level + trend)
        trend = beta * (level - previous) + (1 - beta) * trend
        season[place] = gamma * (value - level) + (1 - gamma) * season[place]
    return level, trend, season, squared


def fit(values):
    """The parameters with the least squared error on `values`."""
    return min(GRID, key=lambda parameters: smooth(values, *parameters)[3])


def predict(values, parameters, horizon):
    level, trend, season, _ = smooth(values, *parameters)
    offset = len(values)
    return [
        max(0.0, level + (step + 1) * trend + season[(offset + step) % SEASON]) for step in range(horizon)
    ]


def evaluate(values):
    """Trains without the last days and measures on them."""
    train, test = values[:-TEST_DAYS], values[-TEST_DAYS:]
    parameters = fit(train)
    predicted = predict(train, parameters, TEST_DAYS)
    naive = [train[-SEASON + step % SEASON] for step in range(TEST_DAYS)]
    absolute = sum(abs(p - t) for p, t in zip(predicted, test))
    return {
        "train_days": len(train),
        "test_days": TEST_DAYS,
        "mae": absolute / TEST_DAYS,
        "naive_mae": sum(abs(p - t) for p, t in zip(naive, test)) / TEST_DAYS,
        "wape_percent": 100.0 * absolute / max(sum(test), 1.0),
        "parameters": "alpha={} beta={} gamma={}".format(*parameters),
    }


def write(connection, forecasts, metrics):
    with connection:
        connection.execute("DELETE FROM activation_demand_forecast")
        connection.execute("DELETE FROM activation_forecast_metrics")
        connection.executemany(
            "INSERT INTO activation_demand_forecast (category, day, units) VALUES (?, ?, ?)", forecasts
        )
        connection.executemany(
            "INSERT INTO activation_forecast_metrics "
            "(category, train_days, test_days, mae, naive_mae, wape_percent, parameters) "
            "VALUES (:category, :train_days, :test_days, :mae, :naive_mae, :wape_percent, :parameters)",
            metrics,
        )


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--warehouse", required=True)
    arguments.add_argument("--horizon", type=int, default=14)
    options = arguments.parse_args()
    connection = sqlite3.connect(options.warehouse, timeout=30)
    series, last = read_series(connection)
    forecasts, metrics = [], []
    for category, values in sorted(series.items()):
        if len(values) < MIN_DAYS:
            print(f"{category}: {len(values)} days are too few, skipped", file=sys.stderr)
            continue
        metrics.append({"category": category, **evaluate(values)})
        for step, units in enumerate(predict(values, fit(values), options.horizon), start=1):
            forecasts.append((category, (last + datetime.timedelta(days=step)).isoformat(), units))
        print(f"{category}: MAE {metrics[-1]['mae']:.2f}, a week ago would give {metrics[-1]['naive_mae']:.2f}")
    if not metrics:
        sys.exit(f"no category has {MIN_DAYS} days of demand")
    write(connection, forecasts, metrics)
    count = len(metrics)
    print(
        json.dumps(
            {
                "categories": count,
                "rows": len(forecasts),
                "mae": sum(metric["mae"] for metric in metrics) / count,
                "naive_mae": sum(metric["naive_mae"] for metric in metrics) / count,
                "wape_percent": sum(metric["wape_percent"] for metric in metrics) / count,
            }
        )
    )


if __name__ == "__main__":
    main()
