use super::{Api, Aws};
use tokio::sync::OnceCell;

/// Something that runs Lectern, by its addresses: one machine, or another implementation of AWS.
pub(crate) struct Host {
    pub(crate) api_url: String,
    pub(crate) aws_url: String,
    issuer_url: String,
    aws: OnceCell<Aws>,
}

impl Host {
    pub(super) fn at(api_url: &str, aws_url: &str, issuer_url: &str) -> Self {
        let [api_url, aws_url, issuer_url] = [api_url, aws_url, issuer_url].map(str::to_owned);
        Self { api_url, aws_url, issuer_url, aws: OnceCell::new() }
    }

    /// The API, signed in as a development account.
    pub(crate) async fn api(&self, account: &str) -> Api {
        Api::sign_in(&self.api_url, &self.issuer_url, account).await
    }

    pub(crate) async fn aws(&self) -> &Aws {
        self.aws.get_or_init(|| Aws::at(&self.aws_url)).await
    }
}
