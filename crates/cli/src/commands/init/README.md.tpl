# {{name}}

Data assets, declared in Rust in `src/main.rs` and orchestrated by Headwater.

    cargo run -- dev                  # server, scheduler and one worker, on SQLite in ./.headwater
    cargo run -- materialize '*'      # make everything, from another terminal
    cargo run -- runs logs last       # what the steps wrote
    cargo run -- schedule on nightly  # every morning at six
    cargo test                        # the pipeline without a server

In production, the same binary is the server (`server --database postgres://…`) and the worker (`worker --server …`).
