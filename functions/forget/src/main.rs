//! The `forget` function under AWS Lambda.

fn main() -> Result<(), edge::RunError> {
    edge::run(forget::build)
}
