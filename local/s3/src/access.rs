//! Who is let in.

use crate::{
    bounds::{PRESIGNED_MAX, XML_BODY_BYTES_MAX},
    config::Credentials,
};
use http::{Method, header::CONTENT_LENGTH};
use s3s::{
    S3Error, S3ErrorCode, S3Result,
    access::{S3Access, S3AccessContext},
    auth::{S3Auth, SecretKey},
    s3_error,
};

#[async_trait::async_trait]
impl S3Auth for Credentials {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        // What follows the key says on whose behalf it is used.
        let rest = access_key.strip_prefix(&self.access_key);
        if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-')) {
            return Ok(SecretKey::from(self.secret_key.as_str()));
        }
        let message = "The AWS Access Key Id you provided does not exist in our records.";
        Err(s3_error!(InvalidAccessKeyId, "{message}"))
    }
}

/// Lets in whoever signed, unless with an address that is good for longer than AWS allows, or with a list without end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OnlySigned;

#[async_trait::async_trait]
impl S3Access for OnlySigned {
    async fn check(&self, request: &mut S3AccessContext<'_>) -> S3Result<()> {
        if request.credentials().is_none() {
            return Err(s3_error!(AccessDenied, "Signature is required"));
        }
        if expires(request.uri().query().unwrap_or_default()).is_some_and(|it| it > PRESIGNED_MAX.as_secs()) {
            let code = S3ErrorCode::Custom("AuthorizationQueryParametersError".into());
            let message = "X-Amz-Expires must be less than a week (in seconds)";
            let mut answer = S3Error::with_message(code, message);
            answer.set_status_code(http::StatusCode::BAD_REQUEST);
            return Err(answer);
        }
        let length =
            request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        // What is posted is a list, which arrives whole.
        if request.method() == Method::POST && length.is_some_and(|length: usize| length > XML_BODY_BYTES_MAX)
        {
            return Err(s3_error!(MaxMessageLengthExceeded, "Your request was too large."));
        }
        Ok(())
    }
}

/// For how many seconds a presigned address is good. That it is a number was seen when the signature was checked.
fn expires(query: &str) -> Option<u64> {
    query.split('&').find_map(|pair| pair.strip_prefix("X-Amz-Expires="))?.parse().ok()
}
