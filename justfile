# Every task of this project. `./just` lists them, and fetches `just` where it
# is missing; a recipe longer than a line or two is a script in .ci.

set positional-arguments := true

# List the recipes
default:
    @"{{ just_executable() }}" --justfile "{{ justfile() }}" --list --unsorted

# Build, materialize the example shop's assets on SQLite and leave its server running
demo *arguments:
    .ci/web build
    cargo build --locked -p shop
    cargo run --locked -q -p shop -- demo "$@"

# Run every test, on SQLite and on a PostgreSQL of its own
test *arguments:
    .ci/with-postgres .ci/test "$@"

# Format, lint, dependency rules, licences, generated files: all that is not a test
check:
    .ci/check

# Format everything
fmt:
    cargo fmt --all

# Measure, and print one JSON line per figure and a table; --only NAME,NAME measures some
bench *arguments:
    if command -v node >/dev/null; then .ci/web build; fi
    .ci/with-postgres --fsync cargo run --locked --profile bench -p headwater-bench -- "$@"

# Simulate N seeds of crashes, lost answers and late reports
sim seeds="1000" *arguments:
    cargo run --locked -p headwater-sim -- run --seeds "$@"

# Server, scheduler and one worker for the project in the current folder
[no-cd]
dev *arguments:
    cargo run --locked --manifest-path "{{ justfile_directory() }}/Cargo.toml" -p headwater-cli -- dev "$@"

# Build the UI's bundle, which the next build of the binary embeds
ui:
    .ci/web build

# Start the UI with reload on change; HEADWATER_URL names its server
web:
    .ci/web install
    cd web && npm run dev

# Render every screen to a picture in web/gallery, in both themes, wide and narrow
gallery:
    .ci/build
    .ci/web gallery

# Open a throw-away PostgreSQL: in psql, or as a URL to copy until Ctrl-C
db:
    .ci/with-postgres .ci/db

# Write the files that are generated from the code
regen:
    .ci/regen

# Build the documentation of every crate, with warnings as errors
docs *arguments:
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps "$@"
