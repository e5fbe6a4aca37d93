//! The function `collect` under AWS Lambda.

fn main() -> Result<(), edge::RunError> {
    edge::run(collect::build)
}
