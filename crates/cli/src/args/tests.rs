use clap::{CommandFactory as _, Parser as _, error::ErrorKind};
use headwater_core::time::Millis;

use super::*;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(std::iter::once("headwater").chain(line.split_whitespace()))
}

#[test]
fn the_command_line_is_sound() {
    Cli::command().debug_assert();
}

/// The long help of every command: what a person reads is looked at when it changes.
#[test]
fn help() {
    let mut root = Cli::command().term_width(100);
    root.build();
    let mut pages = Vec::new();
    collect(&mut root, "headwater", &mut pages);
    for (name, text) in pages {
        insta::assert_snapshot!(name, text);
    }
}

fn collect(command: &mut clap::Command, path: &str, pages: &mut Vec<(String, String)>) {
    let text = command.render_long_help().to_string();
    // The options that every command has are shown once.
    let own = match path {
        "headwater" => text.as_str(),
        _ => text.split("\nGlobal options:").next().unwrap_or_default(),
    };
    let examples = text.find("\nExamples:").filter(|_| path != "headwater").map_or("", |at| &text[at..]);
    let tail = if own.contains("\nExamples:") { "" } else { examples };
    pages.push((path.replace(' ', "-"), format!("{}\n{tail}", own.trim_end())));
    for sub in command.get_subcommands_mut() {
        let path = format!("{path} {}", sub.get_name());
        collect(sub, &path, pages);
    }
}

#[test]
fn examples_call_the_running_program() {
    let mut root = command("shop").term_width(100);
    root.build();
    let mut pages = Vec::new();
    collect(&mut root, "shop", &mut pages);
    let text: String = pages.into_iter().map(|(_, text)| text).collect();
    for line in ["  shop runs logs last -f\n", "`shop token new`", "completions/shop.fish", "  shop init . --name shop"]
    {
        assert!(text.contains(line), "{line}");
    }
    assert!(!text.contains("  headwater "));
    assert!(text.contains("postgres://headwater@db.internal/headwater"), "addresses stay");
}

#[test]
fn global_options_stand_anywhere() {
    for line in ["--json --server http://x ls", "ls --server http://x --json"] {
        let globals = parse(line).unwrap().globals;
        assert!(globals.json && globals.names_server(|_| None), "{line}");
    }
    assert_eq!(parse("-q -v ls").unwrap_err().kind(), ErrorKind::ArgumentConflict);
}

#[test]
fn materialize_takes_what_a_run_has() {
    let line = "materialize group:raw+ --tag a=b --tag c --config load={\"n\":1} --timeout 30m --priority -3 -d";
    let Command::Materialize(args) = parse(line).unwrap().command else { panic!("{line}") };
    assert_eq!(args.selection, "group:raw+");
    assert_eq!(args.tags.len(), 2);
    assert_eq!((args.timeout, args.priority, args.detach), (Some(Millis::secs(1_800)), Some(-3), true));
    // A selection that starts with a plus is no option, and neither is one with a minus where it is quoted.
    let Command::Materialize(args) = parse("materialize +shop/orders").unwrap().command else { panic!() };
    assert_eq!(args.selection, "+shop/orders");
}

#[test]
fn what_makes_no_sense_is_refused() {
    for line in [
        "",
        "materialise x",
        "materialize",
        "materialize x --timeout 30",
        "materialize x --config load",
        "runs ls --state done",
        "runs logs last --attempt 2",
        "pool set warehouse many",
        "worker --slots 0",
        "token new --name x --role king",
        "server --listen localhost",
    ] {
        assert!(parse(line).is_err(), "{line}");
    }
}

#[test]
fn words_that_people_try_work() {
    for line in ["run ls", "schedules ls", "pools ls", "assets show shop/orders", "profiles ls"] {
        assert!(parse(line).is_ok(), "{line}");
    }
    let error = parse("materialise x").unwrap_err().to_string();
    assert!(error.contains("materialize"), "{error}");
}
