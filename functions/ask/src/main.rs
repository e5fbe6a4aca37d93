//! The `ask` function under AWS Lambda.

fn main() -> Result<(), edge::RunError> {
    edge::run(ask::build)
}
