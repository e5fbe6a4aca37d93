use clock::Pace;
use std::{
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
};
use url::Url;

/// How the processor is run, and how badly it behaves. Every chance is a number from 0 to 1.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Where it listens; 0 picks a free port
    #[arg(long, default_value_t = Self::PORT)]
    pub port: u16,
    /// The address it listens on
    #[arg(long, default_value_t = Self::HOST)]
    pub host: IpAddr,
    /// Where it keeps its jobs
    #[arg(long, default_value = Self::DATA_DIR)]
    pub data_dir: PathBuf,
    /// The bearer token that customers show; without it one is made and kept in the data directory
    #[arg(long, env = "LECTERN_PROCESSOR_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// The secret that signs callbacks (`whsec_…`); without it one is made and kept in the data directory
    #[arg(long, env = "LECTERN_PROCESSOR_SECRET", hide_env_values = true)]
    pub secret: Option<String>,
    /// The address under which customers reach it, if it is not the one it listens on
    #[arg(long)]
    pub public_url: Option<Url>,
    /// Chance that a callback is never sent
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = chance)]
    pub drop: f64,
    /// Chance that a callback is sent twice
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = chance)]
    pub duplicate: f64,
    /// Seconds by which every callback is late
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub delay: u64,
    /// Chance that a callback is sent before the submission is answered
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = chance)]
    pub early: f64,
    /// Chance that a bit of a file flips while it is fetched
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = chance)]
    pub corrupt: f64,
    /// Chance that a file is cut short while it is fetched
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = chance)]
    pub truncate: f64,
    /// Chance that a callback with a forged signature comes before the true one
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = chance)]
    pub forge: f64,
    /// Chance that a submission is answered with 503
    #[arg(long = "fail-5xx", value_name = "P", default_value_t = 0.0, value_parser = chance)]
    pub fail_5xx: f64,
    /// Chance that a submission is answered with 429 and a Retry-After of one second
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = chance)]
    pub throttle: f64,
    /// The same seed and the same files give the same misfortunes
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Takes scripts of misbehaviour at /script; for tests
    #[arg(long)]
    pub scriptable: bool,
    /// Divides the waits of retries and delays.
    #[arg(skip)]
    pub pace: Pace,
}

impl Options {
    const PORT: u16 = 8090;
    const HOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const DATA_DIR: &str = ".lectern-processor";
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: Self::PORT,
            host: Self::HOST,
            data_dir: Self::DATA_DIR.into(),
            token: None,
            secret: None,
            public_url: None,
            drop: 0.0,
            duplicate: 0.0,
            delay: 0,
            early: 0.0,
            corrupt: 0.0,
            truncate: 0.0,
            forge: 0.0,
            fail_5xx: 0.0,
            throttle: 0.0,
            seed: None,
            scriptable: false,
            pace: Pace::REAL,
        }
    }
}

fn chance(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(chance) if (0.0..=1.0).contains(&chance) => Ok(chance),
        _ => Err("a chance is a number from 0 to 1".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        options: Options,
    }

    #[test]
    fn the_defaults_of_the_command_line_are_those_of_the_type() {
        let parsed = Command::try_parse_from(["processor"]).unwrap().options;
        assert_eq!(format!("{parsed:?}"), format!("{:?}", Options::default()));
    }

    #[test]
    fn a_chance_lies_between_none_and_certainty() {
        for wrong in ["-0.1", "1.1", "NaN", "often"] {
            assert!(Command::try_parse_from(["processor", &format!("--drop={wrong}")]).is_err(), "{wrong}");
        }
        assert!(Command::try_parse_from(["processor", "--fail-5xx", "1"]).is_ok());
    }
}
