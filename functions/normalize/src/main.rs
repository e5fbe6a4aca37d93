//! The `normalize` function under AWS Lambda.

fn main() -> Result<(), edge::RunError> {
    edge::run(normalize::build)
}
