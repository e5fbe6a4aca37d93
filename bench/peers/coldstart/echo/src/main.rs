//! The smallest function in Rust: what every other one costs is held against it.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

fn main() -> Result<(), Error> {
    let service = service_fn(async |event: LambdaEvent<Value>| Ok::<_, Error>(event.payload));
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(lambda_runtime::run(service))
}
