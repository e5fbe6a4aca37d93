//! A page that is added to `web/` is part of the next release build.

#[expect(clippy::print_stdout, reason = "this is how Cargo is told")]
fn main() {
    println!("cargo::rerun-if-changed=../../web");
}
