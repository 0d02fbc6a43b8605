#!/usr/bin/env python3
"""Checks the licences, bans and sources of all dependencies against .cargo/deny.toml.

It enforces those keys of cargo-deny's configuration that the file uses, from
`cargo metadata`, so that the check needs no program which has to be compiled
first. A key that it does not know is an error: what is written is enforced.
"""

import json
import re
import sys

from crates import Finding, cargo, report

try:
    import tomllib
except ModuleNotFoundError:  # Python before 3.11; pip brings the same parser along.
    try:
        from pip._vendor import tomli as tomllib
    except ModuleNotFoundError:
        sys.exit("supply: Python 3.11 or later is needed to read .cargo/deny.toml; install it and run this again")

CONFIGURATION = ".cargo/deny.toml"

KNOWN = {
    "graph": {"all-features"},
    "licenses": {"allow"},
    "bans": {"multiple-versions", "wildcards", "allow-wildcard-paths", "deny"},
    "sources": {"unknown-registry", "unknown-git"},
}
KNOWN_IN_BAN = {"crate", "reason", "deny-multiple-versions"}


def check_configuration(configuration):
    """What the file says and this script would not enforce."""
    unknown = [f"[{table}]" for table in configuration if table not in KNOWN]
    for table, known in KNOWN.items():
        unknown += [f"{table}.{key}" for key in configuration.get(table, {}) if key not in known]
    for ban in configuration.get("bans", {}).get("deny", []):
        unknown += [f"bans.deny.{key}" for key in ban if key not in KNOWN_IN_BAN]
    for name in unknown:
        yield Finding(
            CONFIGURATION, f"`{name}` is not enforced by .ci/supply.py", "teach it that key, or remove the key"
        )


class Expression:
    """A licence expression (SPDX): AND binds tighter than OR; `A/B` is the old way to write `A OR B`."""

    def __init__(self, text, allowed):
        spaced = text.replace("/", " OR ").replace("(", " ( ").replace(")", " ) ")
        # A licence and its exception are one name to the allow list.
        self.tokens = re.sub(r"\s+WITH\s+", "_WITH_", spaced).split()
        self.allowed = allowed

    def accepted(self):
        answer = self.either()
        return answer and not self.tokens

    def either(self):
        answer = self.both()
        while self.tokens[:1] == ["OR"]:
            self.tokens.pop(0)
            answer = self.both() or answer
        return answer

    def both(self):
        answer = self.one()
        while self.tokens[:1] == ["AND"]:
            self.tokens.pop(0)
            answer = self.one() and answer
        return answer

    def one(self):
        if not self.tokens:
            return False
        token = self.tokens.pop(0)
        if token == "(":
            answer = self.either()
            return self.tokens[:1] == [")"] and bool(self.tokens.pop(0)) and answer
        return token.replace("_WITH_", " WITH ") in self.allowed


def label(package):
    return f"{package['name']} {package['version']}"


def check_licences(packages, configuration):
    allowed = set(configuration["licenses"]["allow"])
    for package in packages:
        licence = package["license"]
        if licence and Expression(licence, allowed).accepted():
            continue
        yield Finding(
            label(package),
            f"its licence `{licence or 'none stated'}` is not one that {CONFIGURATION} allows",
            "use another crate, or, after reading the licence, add it to licenses.allow with the reason",
        )


def check_bans(packages, configuration):
    versions = {}
    for package in packages:
        versions.setdefault(package["name"], set()).add(package["version"])
    for ban in configuration["bans"]["deny"]:
        found = versions.get(ban["crate"], set())
        several = ban.get("deny-multiple-versions", False)
        if len(found) > (1 if several else 0):
            yield Finding(
                f"{ban['crate']} {', '.join(sorted(found))}",
                ("is there in several versions: " if several else "is banned: ") + ban["reason"],
                f"`cargo tree -i {ban['crate']}` shows who brings it in",
            )


def check_wildcards(packages, ids):
    for package in packages:
        for dependency in package["dependencies"]:
            if package["id"] in ids and dependency["req"] == "*" and not dependency.get("path"):
                yield Finding(
                    label(package),
                    f"it takes any version of {dependency['name']}",
                    "state a version in [workspace.dependencies]",
                )


def check_sources(packages):
    """One registry, and nothing else."""
    sources = {package["source"] for package in packages if package["source"]}
    registries = sorted(source for source in sources if source.startswith(("registry+", "sparse+")))
    usual = max(registries, key=[package["source"] for package in packages].count, default=None)
    for package in packages:
        if package["source"] not in (None, usual):
            yield Finding(
                label(package), f"comes from {package['source']}", "use a released version from the usual registry"
            )


def main():
    with open(CONFIGURATION, "rb") as file:
        configuration = tomllib.load(file)
    found = list(check_configuration(configuration))
    metadata = json.loads(cargo("metadata", "--format-version", "1", "--locked", "--all-features"))
    packages, ids = metadata["packages"], set(metadata["workspace_members"])
    found += check_licences(packages, configuration)
    found += check_bans(packages, configuration)
    found += check_wildcards(packages, ids)
    found += check_sources(packages)
    return report(f"supply ({len(packages)} packages)", found)


if __name__ == "__main__":
    sys.exit(main())
