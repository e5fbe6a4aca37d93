//! The `park` function under AWS Lambda.

fn main() -> Result<(), edge::RunError> {
    edge::run(park::build)
}
