//! The functions `transfer-lesson-plans` and `transfer-videos` under AWS Lambda.

fn main() -> Result<(), edge::RunError> {
    edge::run(transfer::build)
}
