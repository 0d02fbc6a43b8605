#!/usr/bin/env python3
"""Checks what each crate must not know, from `cargo metadata`.

The table is the one of the design: which of our crates a crate may use, and which
crate alone may name a library. Only normal and build dependencies count; tests
may use anything. Prints what is wrong, where, and what to do; exits 1 on any.
"""

import collections
import json
import os
import subprocess
import sys

EVERY = None

# Our crates, and which of ours each may use directly.
MAY_USE = {
    "core": set(),
    "store": {"core"},
    "sql": {"core", "store"},
    "api": {"core"},
    "client": {"core", "api"},
    "project": {"core"},
    "transform": {"core"},
    "scheduler": {"core", "store"},
    "worker": {"core", "api", "client", "transform"},
    "notify": {"core", "store"},
    "server": {"core", "store", "api", "client", "scheduler", "notify", "project", "transform"},
    "macros": set(),
    "sdk": {"core", "api", "worker", "macros", "cli"},
    "cli": {
        "core", "store", "sql", "api", "client", "project",
        "transform", "scheduler", "worker", "notify", "server",
    },
    "sim": {"core", "store", "scheduler"},
    "bench": {
        "core", "store", "sql", "api", "client", "project", "transform",
        "scheduler", "worker", "notify", "server", "sdk", "cli",
    },
    "tests": EVERY,
    "examples": {"sdk", "client"},
}

# Libraries that only the crates named may use directly, and why.
ONLY = {
    "sqlx": ({"sql", "bench", "examples", "tests"}, "the database is behind the storage port"),
    "axum": ({"server", "examples", "tests"}, "HTTP routes live in one crate"),
    "utoipa-axum": ({"server", "examples", "tests"}, "HTTP routes live in one crate"),
    "reqwest": (
        {"client", "server", "worker", "notify", "examples", "tests"},
        "HTTP calls go through the typed client",
    ),
    "lettre": ({"notify"}, "alerts leave through one crate"),
}

# Libraries that a crate must not name at all.
NEVER = {
    "core": (
        {"tokio", "tokio-util", "futures-util", "async-trait", "sqlx", "reqwest", "tracing", "rand", "getrandom"},
        "deciding is pure: no I/O, no clock, no randomness, no async",
    ),
}

# (package, arguments of cargo tree, what must not be anywhere below it, why).
NOWHERE_BELOW = [
    ("headwater-core", [], {"tokio", "sqlx", "reqwest", "tracing"}, "deciding is pure"),
    ("headwater-worker", [], {"headwater-store", "headwater-sql", "sqlx", "axum"}, "a worker never sees the store"),
    (
        "headwater",
        ["--no-default-features"],
        {"sqlx", "axum", "headwater-server", "headwater-sql"},
        "what users compile stays small; the server is behind the feature `server`",
    ),
]

Finding = collections.namedtuple("Finding", "where what todo")


def role_of(manifest_path, root):
    """The name under which a package stands in the tables: its folder in crates/, `examples` or `tests`."""
    parts = os.path.relpath(os.path.dirname(manifest_path), root).split(os.sep)
    return parts[1] if parts[0] == "crates" and len(parts) == 2 else parts[0]


def expected_name(role):
    return "headwater" if role == "sdk" else f"headwater-{role}"


def shown(text, root):
    return os.path.relpath(text, root)


def members(metadata):
    """(role, package) of every package of the workspace."""
    ids = set(metadata["workspace_members"])
    packages = (package for package in metadata["packages"] if package["id"] in ids)
    return [(role_of(package["manifest_path"], metadata["workspace_root"]), package) for package in packages]


def check_layout(metadata):
    for role, package in members(metadata):
        where = shown(package["manifest_path"], metadata["workspace_root"])
        if role not in MAY_USE:
            yield Finding(
                where,
                f"the crate `{role}` is not in the table of dependency rules",
                "say in MAY_USE of .ci/crates.py (and in ARCHITECTURE.md) which crates it may use",
            )
        elif role not in ("examples", "tests") and package["name"] != expected_name(role):
            yield Finding(
                where,
                f"the package `{package['name']}` lives in the folder `{role}`",
                f"name it `{expected_name(role)}`, or its folder after it",
            )


def normal_dependencies(package):
    return [dependency for dependency in package["dependencies"] if dependency["kind"] != "dev"]


def check_ours(metadata):
    roles = {package["name"]: role for role, package in members(metadata)}
    for role, package in members(metadata):
        allowed = MAY_USE.get(role)
        if allowed is EVERY:
            continue
        for dependency in normal_dependencies(package):
            used = roles.get(dependency["name"])
            if used is None or used in allowed or used == role:
                continue
            may = ", ".join(f"`{name}`" for name in sorted(allowed)) or "none of ours"
            yield Finding(
                shown(package["manifest_path"], metadata["workspace_root"]),
                f"`{role}` depends on `{used}`; it may use {may}",
                "move what is needed down to a crate that both may use, or pass it in from `cli`",
            )


def check_libraries(metadata):
    for role, package in members(metadata):
        where = shown(package["manifest_path"], metadata["workspace_root"])
        for dependency in normal_dependencies(package):
            name = dependency["name"]
            only, why = ONLY.get(name, (None, None))
            if only is not None and role not in only:
                may = ", ".join(f"`{crate}`" for crate in sorted(only - {"examples", "tests"}))
                yield Finding(where, f"`{role}` names {name}: {why}", f"move the code that needs it into {may}")
            never, why = NEVER.get(role, (set(), None))
            if name in never:
                yield Finding(
                    where, f"`{role}` names {name}: {why}", "move the code that needs it into the crate around it"
                )


def check_below(package, forbidden, why, tree):
    """`tree` is the output of `cargo tree --prefix none --format {p}`: a package and its version on each line."""
    names = {line.split()[0] for line in tree.splitlines() if line.strip()}
    for name in sorted(names & forbidden):
        yield Finding(
            package,
            f"`{package}` pulls in {name}: {why}",
            f"`cargo tree -e normal -p {package} -i {name}` shows the way it comes in; cut it or put it behind a feature",
        )


def cargo(*arguments):
    answer = subprocess.run(["cargo", *arguments], capture_output=True, text=True)
    if answer.returncode != 0:
        sys.exit(f"crates: `cargo {' '.join(arguments)}` failed:\n{answer.stderr}")
    return answer.stdout


def findings():
    metadata = json.loads(cargo("metadata", "--format-version", "1", "--locked", "--no-deps"))
    for check in (check_layout, check_ours, check_libraries):
        yield from check(metadata)
    tree = ("tree", "--locked", "--target", "all", "--edges", "normal", "--prefix", "none", "--format", "{p}")
    for package, options, forbidden, why in NOWHERE_BELOW:
        yield from check_below(package, forbidden, why, cargo(*tree, "--package", package, *options))


def report(name, found):
    """Prints the findings of one check in the form that all checks share; returns its exit code."""
    for finding in found:
        print(f"{finding.where}: {finding.what}\n    what to do: {finding.todo}", file=sys.stderr)
    if found:
        print(f"{name}: {len(found)} to repair", file=sys.stderr)
        return 1
    print(f"{name}: ok")
    return 0


if __name__ == "__main__":
    sys.exit(report("crates", list(findings())))
