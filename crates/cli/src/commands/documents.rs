//! What is generated from the code: completions, the manual, the OpenAPI document, the manifest's schema.

use crate::{
    args::{self, ManArgs},
    context::Context,
    edge,
    failure::{Done, Exit, Failure},
};

/// The command line under the name with which it was called.
fn command() -> clap::Command {
    let name = edge::program();
    args::command(name).name(name).bin_name(name)
}

pub(crate) fn completions(context: &Context, shell: clap_complete::Shell) -> Done {
    let mut command = command();
    let name = command.get_name().to_owned();
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut text);
    context.output.raw(&text).map(|()| Exit::Success)
}

pub(crate) fn man(context: &Context, args: &ManArgs) -> Done {
    let command = command();
    let Some(folder) = &args.folder else {
        let mut text = Vec::new();
        clap_mangen::Man::new(command).render(&mut text)?;
        return context.output.raw(&text).map(|()| Exit::Success);
    };
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(command, folder))
        .map_err(|error| Failure::file("write the manual to", folder, &error))?;
    context.output.note(&format!("the manual is in {}", folder.display()));
    Ok(Exit::Success)
}

#[cfg(feature = "server")]
pub(crate) fn openapi(context: &Context) -> Done {
    context.output.text(&headwater_server::openapi()).map(|()| Exit::Success)
}

#[cfg(not(feature = "server"))]
pub(crate) fn openapi(_: &Context) -> Done {
    Err(Failure::usage("there is no server in this binary, so it does not know its API")
        .hint("a running server has the document at /openapi.json"))
}

pub(crate) fn schema(context: &Context) -> Done {
    let schema = headwater_core::manifest::Manifest::json_schema();
    let text = serde_json::to_string_pretty(&schema).map_err(|error| Failure::local(error.to_string()))?;
    context.output.line(&text).map(|()| Exit::Success)
}
