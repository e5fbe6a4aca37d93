//! How long everything may take, on a clock that the tests move: a host without wires, so that nothing but time passes.

use super::{CONTENT, PUBLIC, address, fetch, sum};
use crate::{
    fetch::IDLE_TIME,
    guard::{ANSWER_TIME, Carrier, Guard, Policy, REDIRECTS_MAX, Resolver},
};
use async_trait::async_trait;
use bytes::Bytes;
use edge::TransportError;
use futures::{StreamExt, stream};
use reqwest::{Request, Response};
use std::{convert::Infallible, io, net::IpAddr, net::SocketAddr, sync::Arc, time::Duration};
use tokio::time::sleep;

const MOMENT: Duration = Duration::from_millis(1);
/// More than anything here takes.
const LONG: Duration = Duration::from_hours(24);

/// A host that takes its time: to be found, to answer, before each redirect, before each byte.
#[derive(Clone, Copy, Debug, Default)]
struct Slow {
    resolve: Duration,
    answer: Duration,
    redirects: u32,
    byte: Duration,
}

#[async_trait]
impl Resolver for Slow {
    async fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        sleep(self.resolve).await;
        Ok(vec![address(PUBLIC[0])])
    }
}

#[async_trait]
impl Carrier for Slow {
    async fn send(&self, request: Request, _: &[SocketAddr]) -> Result<Response, TransportError> {
        sleep(self.answer).await;
        let hops: u32 = request.url().query().map_or(0, |hops| hops.parse().expect("a number"));
        let answer = axum::http::Response::builder();
        let response = if hops < self.redirects {
            answer.status(302).header("location", format!("/?{}", hops + 1)).body(reqwest::Body::from(""))
        } else {
            let pause = self.byte;
            let drip = stream::iter(CONTENT).then(move |byte| async move {
                sleep(pause).await;
                Ok::<_, Infallible>(Bytes::from_static(std::slice::from_ref(byte)))
            });
            answer.status(200).body(reqwest::Body::wrap_stream(drip))
        };
        Ok(response.expect("a response").into())
    }
}

impl Slow {
    /// What becomes of the file if all of it must be over after `time`.
    async fn within(self, time: Duration) -> Result<(), String> {
        let policy = Policy::new(["files.example".to_owned()], false);
        let guard = Guard::new(policy, Arc::new(self), Arc::new(self));
        let outcome = fetch(&guard, "/", CONTENT.len(), &sum(CONTENT), time).await;
        outcome.map(|bytes| assert_eq!(bytes, CONTENT))
    }
}

/// The two sides of a limit, a moment away.
fn around(limit: Duration) -> [(Duration, bool); 3] {
    [(limit.saturating_sub(MOMENT), true), (limit, true), (limit + MOMENT, false)]
}

fn expect(in_time: bool, word: &str) -> Result<(), String> {
    if in_time { Ok(()) } else { Err(format!("results-unreachable/{word}")) }
}

#[tokio::test(start_paused = true)]
async fn looking_up_answering_and_each_piece_have_their_time() {
    for (resolve, in_time) in around(ANSWER_TIME) {
        let slow = Slow { resolve, ..Slow::default() };
        assert_eq!(slow.within(LONG).await, expect(in_time, "slow"), "{resolve:?}");
    }
    for (answer, in_time) in around(ANSWER_TIME) {
        let slow = Slow { answer, ..Slow::default() };
        assert_eq!(slow.within(LONG).await, expect(in_time, "slow"), "{answer:?}");
    }
    for (byte, in_time) in around(IDLE_TIME) {
        let slow = Slow { byte, ..Slow::default() };
        assert_eq!(slow.within(LONG).await, expect(in_time, "slow"), "{byte:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn all_of_it_has_its_time_whatever_it_is_spent_on() {
    let second = Duration::from_secs(1);
    let bytes = u32::try_from(CONTENT.len()).unwrap();
    for (slow, takes) in [
        (Slow { byte: second, ..Slow::default() }, second * bytes),
        (Slow { redirects: REDIRECTS_MAX, answer: second, ..Slow::default() }, second * (REDIRECTS_MAX + 1)),
        (Slow { resolve: second, answer: second, byte: second, redirects: 1 }, second * (4 + bytes)),
    ] {
        assert_eq!(slow.within(takes.saturating_sub(MOMENT)).await, expect(false, "out-of-time"), "{slow:?}");
        assert_eq!(slow.within(takes + MOMENT).await, Ok(()), "{slow:?}");
        assert_eq!(slow.within(Duration::ZERO).await, expect(false, "out-of-time"), "{slow:?}");
    }
}

/// A host that stays just inside every limit holds a place for minutes and not for hours: all of it has its time.
#[tokio::test(start_paused = true)]
async fn the_slowest_host_is_left_when_the_time_is_over() {
    let slowest =
        Slow { resolve: ANSWER_TIME, answer: ANSWER_TIME, byte: IDLE_TIME, redirects: REDIRECTS_MAX };
    let began = tokio::time::Instant::now();
    let time = Duration::from_mins(5);
    assert_eq!(slowest.within(time).await, expect(false, "out-of-time"));
    assert!(began.elapsed() <= time + MOMENT, "{:?}", began.elapsed());
}
