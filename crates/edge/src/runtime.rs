use crate::{
    Clock, Misconfigured, Pace, Random, Spans, Traces, Transport, Variables, aws, transport::WhenNeeded,
};
use aws_config::SdkConfig;
use clock::{SystemClock, SystemRandom};
use document::{Moment, Timing};
use std::{fmt::Debug, sync::Arc};

/// Everything a function is given: nothing in it reads a clock, the environment or a socket by itself.
#[derive(Clone, Debug)]
pub struct Runtime {
    pub sdk: SdkConfig,
    pub variables: Variables,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub transport: Arc<dyn Transport>,
    /// Where finished pieces of work are told of.
    pub spans: Spans,
}

impl Runtime {
    /// The runtime under AWS Lambda.
    pub fn of_lambda(variables: Variables) -> Result<Self, Misconfigured> {
        let transport: Arc<dyn Transport> = Arc::new(WhenNeeded::default());
        let spans = Spans::new(&variables, &transport)?;
        Ok(Self {
            sdk: aws::sdk(&variables)?,
            variables,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            transport,
            spans,
        })
    }

    /// The present moment.
    pub fn now(&self) -> Moment {
        self.clock.now().into()
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }

    /// Begins pieces of work on documents.
    pub fn traces(&self) -> Traces {
        Traces::new(Arc::clone(&self.random), Arc::clone(&self.clock), self.spans.clone())
    }

    /// By how much configured durations are divided (`TIME_SCALE`; 1 on AWS).
    pub fn pace(&self) -> Result<Pace, Misconfigured> {
        self.variables.parsed("TIME_SCALE", "a whole number", 1).map(Pace::times)
    }

    /// The deadlines of the register, at this pace.
    pub fn timing(&self) -> Result<Timing, Misconfigured> {
        Ok(Timing::default().divided_by(self.pace()?.scale()))
    }

    pub fn s3(&self) -> aws_sdk_s3::Client {
        // The endpoint of one machine has no names below it, so buckets are addressed by path there.
        let by_path = self.sdk.endpoint_url().is_some();
        let config = aws_sdk_s3::config::Builder::from(&self.sdk).force_path_style(by_path).build();
        aws_sdk_s3::Client::from_conf(config)
    }

    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.sdk)
    }

    pub fn states(&self) -> aws_sdk_sfn::Client {
        aws_sdk_sfn::Client::new(&self.sdk)
    }

    pub fn secrets_manager(&self) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.sdk)
    }

    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.sdk)
    }
}
