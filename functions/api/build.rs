//! A page that is added to `web/` is part of the next release build.

fn main() {
    println!("cargo::rerun-if-changed=../../web");
}
