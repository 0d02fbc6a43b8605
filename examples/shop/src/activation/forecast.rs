//! The demand forecast: a Python step that reads and writes the warehouse itself.

use crate::setup::Settings;
use crate::warehouse::record;
use jiff::civil::Date;
use std::io;
use std::path::Path;

record! {
    /// Pieces that will be asked for. Written by the Python step.
    pub struct DemandForecast in "activation_demand_forecast" key(category, day) {
        /// Product category.
        pub category: String,
        /// The day, after the last one with a sale.
        pub day: Date,
        /// Expected pieces.
        pub units: f64,
    }
}

record! {
    /// How good the forecast of a category is. Written by the Python step.
    pub struct ForecastMetric in "activation_forecast_metrics" key(category) {
        /// Product category.
        pub category: String,
        /// Days the model was trained on.
        pub train_days: i64,
        /// Days it was tested on.
        pub test_days: i64,
        /// Mean absolute error on the test days, in pieces.
        pub mae: f64,
        /// The same for "as a week ago", which the model has to beat.
        pub naive_mae: f64,
        /// Sum of absolute errors over sum of demand on the test days, in percent.
        pub wape_percent: f64,
        /// Smoothing of level, trend and weekday that did best in training.
        pub parameters: String,
    }
}

const SCRIPT: &str = include_str!("forecast.py");

/// The script's name in the folder of scripts.
const SCRIPT_FILE: &str = "forecast.py";

/// Writes the script into `folder`, so that a deployment stays one file: the script is part of the binary.
///
/// # Errors
/// When the script cannot be written.
pub fn write_forecast_script(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    // Written beside its place first: another worker may be about to run it.
    let unfinished = folder.join(format!("{SCRIPT_FILE}.{}", std::process::id()));
    std::fs::write(&unfinished, SCRIPT)?;
    std::fs::rename(unfinished, folder.join(SCRIPT_FILE))
}

/// Runs the script of the data folder on the warehouse of the data folder. Which folder that is, the worker knows: a
/// path in the definitions would make them another snapshot on every machine.
const LAUNCHER: &str = "import os, runpy, sys; \
    data, script, warehouse = os.environ.get(sys.argv[1], sys.argv[2]), sys.argv[3], sys.argv[4]; \
    sys.argv[1:5] = ['--warehouse', os.path.join(data, warehouse)]; \
    runpy.run_path(os.path.join(data, script), run_name='__main__')";

/// The command that runs the script in the folder that `SHOP_DATA` names: program and arguments.
///
/// It needs Python 3.9 and no packages. It prints its metrics as one JSON object on the last line of its output and
/// exits 0, or says what is wrong on standard error and exits with another code.
#[must_use]
pub fn forecast_command(horizon_days: u32) -> Vec<String> {
    let script = format!("{}/{SCRIPT_FILE}", Settings::SCRIPTS_FOLDER);
    let horizon = horizon_days.to_string();
    let words = [
        "python3",
        "-c",
        LAUNCHER,
        Settings::FOLDER_VARIABLE,
        Settings::DEFAULT_FOLDER,
        &script,
        Settings::WAREHOUSE_FILE,
        "--horizon",
        &horizon,
    ];
    words.map(str::to_owned).to_vec()
}
