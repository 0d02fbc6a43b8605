//! `init`: a project that runs.

use std::path::{Path, PathBuf};

use crate::{
    args::InitArgs,
    context::Context,
    failure::{Done, Exit, Failure},
};

/// The files of a new project; `{{name}}` and `{{dependency}}` are filled in.
const FILES: [(&str, &str); 4] = [
    ("Cargo.toml", include_str!("init/Cargo.toml.tpl")),
    ("src/main.rs", include_str!("init/main.rs.tpl")),
    ("README.md", include_str!("init/README.md.tpl")),
    (".gitignore", "/target\n/.headwater\n"),
];

pub(crate) fn init(context: &Context, args: &InitArgs) -> Done {
    let folder = std::path::absolute(&args.folder).map_err(|error| Failure::file("find", &args.folder, &error))?;
    let name = match &args.name {
        Some(name) => name.clone(),
        None => folder.file_name().and_then(|name| name.to_str()).map(package_name).unwrap_or_default(),
    };
    check_name(&name)?;
    let dependency = dependency(args.sdk_path.as_deref())?;
    if let Some((taken, _)) = FILES.iter().find(|(file, _)| folder.join(file).exists()) {
        return Err(Failure::usage(format!("{} exists already", folder.join(taken).display()))
            .hint("choose an empty folder; nothing was written"));
    }
    for (file, template) in FILES {
        let text = template.replace("{{name}}", &name).replace("{{dependency}}", &dependency);
        write(&folder.join(file), &text)?;
    }
    let document = serde_json::json!({ "folder": folder, "name": name, "files": FILES.map(|(file, _)| file) });
    context.output.show(&document, |_| next_steps(&args.folder, &name))?;
    Ok(Exit::Success)
}

fn next_steps(folder: &Path, name: &str) -> String {
    let enter = if folder == Path::new(".") { String::new() } else { format!("  cd {}\n", folder.display()) };
    format!(
        "project `{name}` is ready:\n\n{enter}  cargo run -- dev                  # server, scheduler and a worker, on SQLite\n  \
         cargo run -- materialize '*'      # in another terminal: make everything\n  \
         cargo run -- graph                # what is made from what"
    )
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|error| Failure::file("write", path, &error))
}

/// A folder's name as the name of a package: `My Shop` is `my-shop`.
fn package_name(folder: &str) -> String {
    let fits = |c: char| {
        if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { '-' }
    };
    folder.chars().map(fits).collect::<String>().trim_matches('-').to_owned()
}

fn check_name(name: &str) -> Result<(), Failure> {
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let fits = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if starts && fits && !["headwater", "test", "core", "std", "alloc", "proc-macro"].contains(&name) {
        return Ok(());
    }
    Err(Failure::usage(format!("`{name}` cannot be the name of a Rust package"))
        .hint("give another with --name: letters, digits, - and _, starting with a letter"))
}

/// How the project finds the SDK: in a folder that was given, in the checkout that this binary was built from, or by
/// its version.
fn dependency(given: Option<&Path>) -> Result<String, Failure> {
    let built_from = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../sdk"));
    let folder = match given {
        Some(folder) if folder.join("Cargo.toml").is_file() => Some(folder.to_owned()),
        Some(folder) => {
            return Err(Failure::usage(format!("{} has no Cargo.toml", folder.display()))
                .hint("--sdk-path is the folder of the crate `headwater`, crates/sdk in its repository"));
        }
        None => built_from.join("Cargo.toml").is_file().then(|| built_from.to_owned()),
    };
    let source = match folder {
        Some(folder) => format!("path = {}", quoted(&canonical(&folder))),
        None => format!("version = {}", quoted(env!("CARGO_PKG_VERSION"))),
    };
    Ok(format!("{{ {source}, features = [\"server\"] }}"))
}

fn canonical(folder: &Path) -> String {
    folder.canonicalize().unwrap_or_else(|_| PathBuf::from(folder)).display().to_string()
}

/// The text as TOML.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_become_package_names() {
        assert_eq!(package_name("My Shop"), "my-shop");
        assert_eq!(package_name("ünï"), "n");
        assert!(check_name("shop_2").is_ok());
        for bad in ["", "2shop", "a b", "core", "-x"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn projects_name_the_sdk_and_are_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("shop");
        let args = InitArgs { folder: project.clone(), name: None, sdk_path: None };
        let (output, text) = crate::output::capture(crate::output::Format::Human);
        let registry =
            headwater_worker::registry::Registry::new(headwater_core::manifest::Manifest::new("x"), Default::default());
        let context = Context::new(registry, output, crate::args::Globals::default());
        init(&context, &args).unwrap();
        assert!(text().contains("project `shop` is ready"));
        let manifest: toml::Table =
            toml::from_str(&std::fs::read_to_string(project.join("Cargo.toml")).unwrap()).unwrap();
        assert_eq!(manifest["package"]["name"].as_str(), Some("shop"));
        assert!(
            Path::new(manifest["dependencies"]["headwater"]["path"].as_str().unwrap()).join("Cargo.toml").is_file()
        );
        assert!(init(&context, &args).unwrap_err().message.contains("exists already"));
    }
}
