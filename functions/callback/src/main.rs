//! The `callback` function under AWS Lambda.

fn main() -> Result<(), edge::RunError> {
    edge::run_http(callback::build)
}
