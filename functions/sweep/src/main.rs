//! The `sweep` function under AWS Lambda.

fn main() -> Result<(), edge::RunError> {
    edge::run(sweep::build)
}
