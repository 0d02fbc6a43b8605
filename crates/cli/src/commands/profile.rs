//! Profiles: servers under names.

use crate::{
    args::ProfileCommand,
    config::{self, ConfigFile, Profile},
    context::Context,
    edge,
    failure::{Done, Exit, Failure},
    output::{
        Style, Tone,
        table::{Cell, table},
    },
};

pub(crate) fn profile(context: &Context, command: ProfileCommand) -> Done {
    let env = |name: &str| std::env::var(name).ok();
    let path = config::path(&env)
        .ok_or_else(|| Failure::local("there is no place for profiles: neither HOME nor HEADWATER_CONFIG is set"))?;
    let mut file = config::read(Some(&path))?;
    let (document, said) = match command {
        ProfileCommand::Ls => {
            let shown = without_tokens(&file);
            context.output.show(&shown, |style| list(style, &file))?;
            return Ok(Exit::Success);
        }
        ProfileCommand::Use { name } => {
            if !file.profiles.contains_key(&name) {
                return Err(config::unknown_profile(&name, &file));
            }
            file.current = Some(name.clone());
            let said = format!("`{name}` is used from now on where no other profile is named");
            (serde_json::json!({ "profile": name, "current": true }), said)
        }
        ProfileCommand::Add { name, url, token_env, token_command, make_current } => {
            let profile = Profile {
                url: checked(url)?,
                deployment: context.globals.deployment.clone(),
                token: context.globals.token.clone(),
                token_env,
                token_command: token_command.map(|text| text.split_whitespace().map(str::to_owned).collect()),
            };
            if profile.token.is_some() && (profile.token_env.is_some() || profile.token_command.is_some()) {
                return Err(Failure::usage("a profile has its token from one place only")
                    .hint("leave out --token, or --token-env and --token-command"));
            }
            let said = format!("profile `{name}` is {}", profile.url);
            // The first profile is what a person means until they say otherwise.
            if make_current || file.profiles.is_empty() {
                file.current = Some(name.clone());
            }
            let current = file.current.as_ref() == Some(&name);
            let document = serde_json::json!({ "profile": name, "url": profile.url, "current": current });
            file.profiles.insert(name, profile);
            (document, said)
        }
        ProfileCommand::Rm { name } => {
            if file.profiles.remove(&name).is_none() {
                return Err(config::unknown_profile(&name, &file));
            }
            file.current = file.current.filter(|current| *current != name);
            let said = format!("profile `{name}` is removed");
            (serde_json::json!({ "profile": name, "removed": true }), said)
        }
    };
    config::write(&path, &file)?;
    context.output.show(&document, |_| said)?;
    Ok(Exit::Success)
}

/// Refuses what cannot be a server's address, before it is kept.
fn checked(url: String) -> Result<String, Failure> {
    headwater_client::Client::new(&url, None)?;
    Ok(url)
}

fn without_tokens(file: &ConfigFile) -> ConfigFile {
    let mut shown = file.clone();
    for profile in shown.profiles.values_mut() {
        profile.token = profile.token.take().map(|_| "…".to_owned());
    }
    shown
}

fn list(style: &Style, file: &ConfigFile) -> String {
    let rows = file.profiles.iter().map(|(name, profile)| {
        let current = if file.current.as_ref() == Some(name) { "*" } else { "" };
        let token = match profile {
            Profile { token: Some(_), .. } => "in the file".to_owned(),
            Profile { token_env: Some(variable), .. } => format!("${variable}"),
            Profile { token_command: Some(command), .. } => command.join(" "),
            _ => "-".to_owned(),
        };
        vec![
            Cell::toned(current, Tone::Good),
            Cell::new(name),
            Cell::new(&profile.url),
            Cell::new(profile.deployment.as_deref().unwrap_or("default")),
            Cell::new(token),
        ]
    });
    let nothing = format!("there are no profiles; add one: {} profile add NAME URL", edge::program());
    table(style, &["", "profile", "server", "deployment", "token"], rows.collect(), &nothing)
}
