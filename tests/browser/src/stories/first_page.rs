//! The first page of every role comes with few requests and few bytes.

use crate::{
    figures::first_page::{BYTES_MAX, REQUESTS_MAX, measure},
    stage::Stage,
};
use anyhow::{Result, ensure};

pub(super) async fn tell(stage: &Stage) -> Result<()> {
    let figures = measure(stage).await?;
    for first in
        [&figures["teacher"], &figures["evaluator"], &figures["operator"], &figures["signing_in"]["begins"]]
    {
        let within = |name: &str, most: u64| first[name].as_u64().is_some_and(|found| found <= most);
        ensure!(
            within("requests", REQUESTS_MAX) && within("polls_waiting", 1) && within("bytes", BYTES_MAX),
            "more than {REQUESTS_MAX} requests, one poll or {BYTES_MAX} bytes: {figures:#}"
        );
    }
    Ok(())
}
