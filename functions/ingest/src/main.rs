//! The function `ingest` under AWS Lambda.

fn main() -> Result<(), edge::RunError> {
    edge::run(ingest::build)
}
