//! `shop`: the example's binary.

use shop::shop_api::{ShopApiConfig, run_in_this_process};
use std::io::Write;
use std::process::ExitCode;

const USAGE: &str = "\
usage: shop shop-api [--port N] [--seed N] [--start YYYY-MM-DD] [--speed N] [--rate N] [--errors-permille N]

Serves the example's shop on 127.0.0.1 until standard input ends.";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.split_first() {
        Some((mode, rest)) if mode == "shop-api" => match shop_api_config(rest) {
            Ok(config) => run_in_this_process(&config)
                .await
                .map_err(|error| error.to_string()),
            Err(message) => Err(format!("{message}\n\n{USAGE}")),
        },
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // Nobody is left to tell when standard error is closed too.
            let _ = writeln!(std::io::stderr(), "{message}");
            ExitCode::from(2)
        }
    }
}

fn shop_api_config(arguments: &[String]) -> Result<ShopApiConfig, String> {
    let mut config = ShopApiConfig::default();
    for pair in arguments.chunks(2) {
        let [name, value] = pair else {
            return Err(format!("{} needs a value", pair.concat()));
        };
        match name.as_str() {
            "--port" => config.port = read(name, value)?,
            "--seed" => config.seed = read(name, value)?,
            "--start" => config.start = read(name, value)?,
            "--speed" => config.speed = read(name, value)?,
            "--rate" => config.requests_per_second = read(name, value)?,
            "--errors-permille" => config.errors_permille = read(name, value)?,
            _ => return Err(format!("there is no option {name}")),
        }
    }
    Ok(config)
}

fn read<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String>
where
    T::Err: std::fmt::Display,
{
    value
        .parse()
        .map_err(|error| format!("{name} {value}: {error}"))
}
