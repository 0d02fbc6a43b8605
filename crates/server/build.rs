//! Builds the crate anew when the bundle of the UI has changed: its files are embedded, and their names change with
//! what is in them.

fn main() {
    println!("cargo::rerun-if-changed=../../web/dist");
}
