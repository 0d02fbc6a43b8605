[package]
name = "{{name}}"
version = "0.1.0"
edition = "2024"
publish = false

[dependencies]
headwater = {{dependency}}

# A workspace of its own, also inside the folder of another one.
[workspace]
