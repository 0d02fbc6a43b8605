//! Finds the program and says precisely why it cannot be started.

use std::{
    ffi::{OsStr, OsString},
    io,
    path::{Path, PathBuf},
};

use nix::{
    errno::Errno,
    unistd::{AccessFlags, access},
};

use super::{
    ProcessSpec, SpawnError,
    SpawnErrorKind::{
        ArgumentsTooLong, BadWorkingDirectory, InterpreterMissing, InvalidSpec, NotExecutable, NotFound, Other,
        OutOfResources,
    },
};

/// Where programs are searched for when the step has no `PATH`.
const FALLBACK_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Refuses what no process can be given.
pub(super) fn check_spec(spec: &ProcessSpec) -> Result<(), SpawnError> {
    let invalid = |message: String, hint| Err(SpawnError::new(InvalidSpec, message, hint));
    if spec.argv.first().is_none_or(String::is_empty) {
        return invalid("the command is empty".into(), "name a program as the first argument");
    }
    if let Some(position) = spec.argv.iter().position(|argument| argument.contains('\0')) {
        return invalid(format!("argument {position} contains a NUL character"), "pass such data in a file");
    }
    for (name, value) in &spec.env {
        if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
            return invalid(
                format!("the environment variable {name:?} has an impossible name or value"),
                "names are not empty and have no `=`; neither names nor values have NUL characters",
            );
        }
    }
    Ok(())
}

/// The directory in which the process starts.
pub(super) fn working_directory(spec: &ProcessSpec) -> Result<PathBuf, SpawnError> {
    let bad = |path: &Path, what: &dyn std::fmt::Display| {
        SpawnError::new(
            BadWorkingDirectory,
            format!("the working directory {} cannot be used: {what}", path.display()),
            "create it on the worker or correct the step's `cwd`",
        )
    };
    let cwd = match &spec.cwd {
        Some(cwd) => std::path::absolute(cwd).map_err(|error| bad(cwd, &error))?,
        None => std::env::current_dir().map_err(|error| bad(Path::new("."), &error))?,
    };
    let metadata = std::fs::metadata(&cwd).map_err(|error| bad(&cwd, &error))?;
    if !metadata.is_dir() {
        return Err(bad(&cwd, &"it is not a directory"));
    }
    access(&cwd, AccessFlags::X_OK).map_err(|error| bad(&cwd, &error.desc()))?;
    Ok(cwd)
}

/// The absolute path of the program `name`.
pub(super) fn find(name: &str, cwd: &Path, path: Option<&OsString>) -> Result<PathBuf, SpawnError> {
    if name.contains('/') {
        let program = cwd.join(name);
        return match executable(&program) {
            Ok(()) => Ok(program),
            Err(error) if error.kind == NotFound => Err(SpawnError::new(
                NotFound,
                format!("there is no program {}", program.display()),
                format!("a relative program is looked up from the working directory {}", cwd.display()),
            )),
            Err(error) => Err(error),
        };
    }
    let path = path.map_or_else(|| OsStr::new(FALLBACK_PATH), OsString::as_os_str);
    let mut refused = None;
    for directory in std::env::split_paths(path) {
        let program = cwd.join(directory).join(name);
        match executable(&program) {
            Ok(()) => return Ok(program),
            Err(error) if error.kind == NotFound => {}
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    Err(refused.unwrap_or_else(|| {
        SpawnError::new(
            NotFound,
            format!("there is no program `{name}` in PATH ({})", path.display()),
            "install it on the worker, give its absolute path, or set PATH in the step's environment",
        )
    }))
}

fn executable(program: &Path) -> Result<(), SpawnError> {
    let shown = program.display();
    match std::fs::metadata(program) {
        Ok(metadata) if metadata.is_dir() => {
            Err(SpawnError::new(NotExecutable, format!("{shown} is a directory"), "name the program in it"))
        }
        Ok(_) => access(program, AccessFlags::X_OK).map_err(|_| not_executable(program)),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(not_executable(program)),
        Err(error) => Err(SpawnError::new(NotFound, format!("{shown}: {error}"), "check the path on the worker")),
    }
}

fn not_executable(program: &Path) -> SpawnError {
    let shown = program.display();
    SpawnError::new(
        NotExecutable,
        format!("the worker may not execute {shown}"),
        format!("run `chmod +x {shown}`, or name its interpreter as the first argument"),
    )
}

/// What an error of fork or exec means for a program that was found.
pub(super) fn explain(program: &Path, error: &io::Error) -> SpawnError {
    let shown = program.display();
    let (kind, message, hint) = match error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::ENOENT) => (
            InterpreterMissing,
            format!("{shown} is there, but what its first line names is not"),
            "correct its #! line (a carriage return at its end counts), or install the interpreter or loader",
        ),
        Some(Errno::EACCES | Errno::EPERM) => return not_executable(program),
        Some(Errno::E2BIG) => (
            ArgumentsTooLong,
            format!("the arguments and environment for {shown} are too long for the system"),
            "pass large values in a file",
        ),
        Some(Errno::ENOEXEC) => (
            NotExecutable,
            format!("{shown} is no program for this machine"),
            "check its architecture, or give the script a #! line",
        ),
        Some(Errno::EAGAIN | Errno::ENOMEM | Errno::EMFILE | Errno::ENFILE) => (
            OutOfResources,
            format!("the machine has no room for another process: {error}"),
            "lower the worker's slots or raise its limits (ulimit, container limits)",
        ),
        _ => (Other, format!("{shown} could not be started: {error}"), "see the system's message"),
    };
    SpawnError::new(kind, message, hint)
}
