#!/usr/bin/env python3
"""Checks the files of the repository: the top level, the migrations, paths of one machine, scripts.

Prints what is wrong, where, and what to do; exits 1 on any.
"""

import os
import re
import subprocess
import sys

from crates import Finding, report

# What may stand at the top level beside dot files; the same list is in ARCHITECTURE.md.
TOP_LEVEL = {
    "ARCHITECTURE.md", "CHANGELOG.md", "Cargo.lock", "Cargo.toml", "LICENSE", "README.md",
    "crates", "examples", "just", "justfile", "migrations", "rust-toolchain.toml", "tests", "web",
}  # fmt: skip

BACKENDS = ("postgres", "sqlite")

# A home or workspace folder that only its owner has.
LOCAL_PATH = re.compile(r"(?<![\w.~-])/(?:home|root|work|Users)/[\w.-]+")


def check_top_level(paths):
    for name in sorted({path.split("/")[0] for path in paths} - TOP_LEVEL):
        if not name.startswith("."):
            yield Finding(name, "does not belong to the top level", "move it into one of the folders there")


def check_migrations(paths):
    """Both backends have the same migrations, under the same numbers and names."""
    files = {}
    for backend in BACKENDS:
        folder = f"migrations/{backend}/"
        files[backend] = {path.removeprefix(folder) for path in paths if path.startswith(folder)}
    for backend, other in (BACKENDS, BACKENDS[::-1]):
        for name in sorted(files[backend] - files[other]):
            yield Finding(
                f"migrations/{backend}/{name}",
                f"has no counterpart for {other}",
                f"write migrations/{other}/{name}, also where it has nothing to do but a comment saying why",
            )


def check_local_paths(path, text):
    for number, line in enumerate(text.splitlines(), start=1):
        match = LOCAL_PATH.search(line)
        if match:
            yield Finding(
                f"{path}:{number}",
                f"names `{match.group()}`, a folder of one machine",
                "use a path relative to the repository, or a temporary folder",
            )


def check_script(path, text, executable):
    if text.startswith("#!") and not executable and not path.endswith(".rs"):
        yield Finding(path, "starts with #! but cannot be executed", f"git update-index --chmod=+x {path}")
    if executable and not text.startswith("#!"):
        yield Finding(path, "is executable but no script", f"git update-index --chmod=-x {path}")


def repository_files():
    """Every file that is committed or would be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(command, capture_output=True, text=True)
    if answer.returncode != 0:
        sys.exit(f"files: this check needs a git clone: {answer.stderr.strip()}")
    return [path for path in answer.stdout.split("\0") if path and os.path.isfile(path)]


def read_text(path):
    """The text of a file; None for binary ones."""
    with open(path, "rb") as file:
        content = file.read()
    try:
        return None if b"\0" in content else content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def main():
    paths = repository_files()
    found = [*check_top_level(paths), *check_migrations(paths)]
    for path in paths:
        text = read_text(path)
        if text is None:
            continue
        found += check_local_paths(path, text)
        found += check_script(path, text, os.access(path, os.X_OK))
    return report(f"files ({len(paths)})", found)


if __name__ == "__main__":
    sys.exit(main())
