"""Each check finds what it is there for: broken inputs, and a sound one beside them."""

import copy
import unittest

import crates
import files
import supply


def workspace(*packages):
    """`cargo metadata` of packages given as (folder, name, [(dependency, kind)])."""
    found = []
    for folder, name, dependencies in packages:
        found.append(
            {
                "id": name,
                "name": name,
                "version": "0.1.0",
                "license": "Apache-2.0",
                "source": None,
                "manifest_path": f"/repo/{folder}/Cargo.toml",
                "dependencies": [{"name": used, "kind": kind, "req": "*", "path": "x"} for used, kind in dependencies],
            }
        )
    return {"workspace_root": "/repo", "workspace_members": [package["id"] for package in found], "packages": found}


def library(name, version="1.0.0", licence="MIT", source="registry+one"):
    return {
        "id": f"{name}@{version}",
        "name": name,
        "version": version,
        "license": licence,
        "source": source,
        "dependencies": [],
    }


class Crates(unittest.TestCase):
    core = ("crates/core", "headwater-core", [("serde", None)])
    store = ("crates/store", "headwater-store", [("headwater-core", None)])

    def test_a_sound_workspace_passes(self):
        metadata = workspace(self.core, self.store, ("examples/shop", "shop", [("sqlx", None), ("axum", None)]))
        for check in (crates.check_layout, crates.check_ours, crates.check_libraries):
            self.assertEqual(list(check(metadata)), [])

    def test_a_crate_may_use_only_what_the_table_says(self):
        worker = ("crates/worker", "headwater-worker", [("headwater-store", None)])
        (finding,) = crates.check_ours(workspace(self.core, self.store, worker))
        self.assertEqual(finding.where, "crates/worker/Cargo.toml")
        self.assertIn("`worker` depends on `store`", finding.what)

    def test_tests_may_use_anything(self):
        worker = ("crates/worker", "headwater-worker", [("headwater-store", "dev"), ("sqlx", "dev")])
        metadata = workspace(self.core, self.store, worker)
        self.assertEqual([*crates.check_ours(metadata), *crates.check_libraries(metadata)], [])

    def test_a_build_script_may_not(self):
        worker = ("crates/worker", "headwater-worker", [("headwater-store", "build")])
        self.assertEqual(len(list(crates.check_ours(workspace(self.core, self.store, worker)))), 1)

    def test_nobody_but_the_sdk_depends_on_the_command_line(self):
        cli = ("crates/cli", "headwater-cli", [])
        for role, expected in (("sdk", 0), ("server", 1), ("scheduler", 1)):
            other = (f"crates/{role}", crates.expected_name(role), [("headwater-cli", None)])
            self.assertEqual(len(list(crates.check_ours(workspace(cli, other)))), expected, role)

    def test_libraries_have_one_owner(self):
        for name in ("sqlx", "axum", "reqwest"):
            package = ("crates/scheduler", "headwater-scheduler", [(name, None)])
            (finding,) = crates.check_libraries(workspace(package))
            self.assertIn(f"`scheduler` names {name}", finding.what)

    def test_core_stays_pure(self):
        for name in ("tokio", "tracing", "rand"):
            package = ("crates/core", "headwater-core", [(name, None)])
            self.assertEqual(len(list(crates.check_libraries(workspace(package)))), 1, name)

    def test_a_folder_is_named_as_its_package(self):
        (finding,) = crates.check_layout(workspace(("crates/core", "headwater-kernel", [])))
        self.assertIn("headwater-core", finding.todo)

    def test_a_new_crate_needs_a_rule(self):
        (finding,) = crates.check_layout(workspace(("crates/plugins", "headwater-plugins", [])))
        self.assertIn("not in the table", finding.what)

    def test_what_comes_in_from_below_is_seen(self):
        tree = "headwater v0.1.0 (/repo/crates/sdk)\nserde v1.0.0\nsqlx v0.9.0\n"
        (finding,) = crates.check_below("headwater", {"sqlx", "axum"}, "small", tree)
        self.assertIn("pulls in sqlx", finding.what)
        self.assertEqual(list(crates.check_below("headwater", {"axum"}, "small", tree)), [])


class Supply(unittest.TestCase):
    configuration = {
        "licenses": {"allow": ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Unicode-3.0"]},
        "bans": {
            "deny": [
                {"crate": "openssl", "reason": "rustls"},
                {"crate": "reqwest", "deny-multiple-versions": True, "reason": "one"},
            ]
        },
    }

    def test_licence_expressions(self):
        allowed = set(self.configuration["licenses"]["allow"])
        cases = {
            "MIT": True,
            "GPL-3.0": False,
            "MIT OR GPL-3.0": True,
            "GPL-3.0/MIT": True,
            "MIT AND GPL-3.0": False,
            "(MIT OR Apache-2.0) AND Unicode-3.0": True,
            "(MIT OR Apache-2.0) AND GPL-3.0": False,
            "GPL-3.0 OR MIT AND Unicode-3.0": True,
            "Apache-2.0 WITH LLVM-exception": True,
            "MIT WITH LLVM-exception": False,
            "MIT AND": False,
            "(MIT": False,
            "MIT Apache-2.0": False,
        }
        for text, expected in cases.items():
            self.assertEqual(supply.Expression(text, allowed).accepted(), expected, text)

    def test_a_licence_that_is_not_stated_is_not_allowed(self):
        self.assertEqual(len(list(supply.check_licences([library("a", licence=None)], self.configuration))), 1)

    def test_bans(self):
        sound = [library("reqwest"), library("serde")]
        self.assertEqual(list(supply.check_bans(sound, self.configuration)), [])
        (banned,) = supply.check_bans([*sound, library("openssl")], self.configuration)
        self.assertIn("banned", banned.what)
        (twice,) = supply.check_bans([*sound, library("reqwest", "0.12.0")], self.configuration)
        self.assertIn("several versions", twice.what)

    def test_one_registry_and_no_git(self):
        sound = [library("a"), library("b"), library("ours", source=None)]
        self.assertEqual(list(supply.check_sources(sound)), [])
        for source in ("git+https://example.invalid/c", "registry+two"):
            (finding,) = supply.check_sources([*sound, library("c", source=source)])
            self.assertEqual(finding.where, "c 1.0.0")

    def test_wildcards_are_found_in_our_crates_only(self):
        package = library("ours", source=None)
        package["dependencies"] = [{"name": "serde", "req": "*"}, {"name": "sibling", "req": "*", "path": "x"}]
        (finding,) = supply.check_wildcards([package], {package["id"]})
        self.assertIn("serde", finding.what)
        self.assertEqual(list(supply.check_wildcards([package], set())), [])

    def test_a_key_that_is_not_enforced_is_an_error(self):
        self.assertEqual(list(supply.check_configuration(self.configuration)), [])
        broken = copy.deepcopy(self.configuration)
        broken["advisories"] = {}
        broken["licenses"]["exceptions"] = []
        broken["bans"]["deny"][0]["wrappers"] = []
        self.assertEqual(len(list(supply.check_configuration(broken))), 3)


class Files(unittest.TestCase):
    def test_migrations_come_in_pairs(self):
        pair = ["migrations/postgres/0001_start.sql", "migrations/sqlite/0001_start.sql"]
        self.assertEqual(list(files.check_migrations(pair)), [])
        (finding,) = files.check_migrations([*pair, "migrations/sqlite/0002_more.sql"])
        self.assertIn("postgres", finding.what)

    def test_the_top_level_is_closed(self):
        self.assertEqual(list(files.check_top_level(["README.md", "crates/core/src/lib.rs", ".gitignore"])), [])
        (finding,) = files.check_top_level(["scripts/run.sh"])
        self.assertEqual(finding.where, "scripts")

    def test_paths_of_one_machine(self):
        for folder in ("home", "work", "Users"):
            (finding,) = files.check_local_paths("a.rs", f'fine\nlet p = "/{folder}/ann/file";')
            self.assertEqual(finding.where, "a.rs:2")
        for text in ("https://example.com/work/1", "~/work/x", "crates/work/x", "/work", "/var/tmp/x"):
            self.assertEqual(list(files.check_local_paths("a.rs", text)), [], text)

    def test_scripts_are_executable_and_nothing_else_is(self):
        self.assertEqual(list(files.check_script("a", "#!/bin/sh\n", executable=True)), [])
        self.assertEqual(len(list(files.check_script("a", "#!/bin/sh\n", executable=False))), 1)
        self.assertEqual(len(list(files.check_script("a", "text", executable=True))), 1)


if __name__ == "__main__":
    unittest.main()
