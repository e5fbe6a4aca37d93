//! The HTTP API under AWS Lambda.

fn main() -> Result<(), edge::RunError> {
    edge::run_http(api::router)
}
