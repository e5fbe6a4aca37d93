//! Files that leave by presigned addresses, and the names under which they are saved.

use crate::{Problem, problem::unavailable};
use aws_sdk_s3::{
    Client,
    config::RequestChecksumCalculation,
    presigning::{PresignedRequest, PresigningConfig},
};
use document::{Moment, ResultFile};
use edge::{Misconfigured, Runtime};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::time::Duration;

/// How long an address for reading lives: a page renews it while somebody watches.
const READ_LIFE: Duration = Duration::from_mins(5);
/// How long an address for a part lives: a slow line may take long for one part, and fresh ones can be had.
pub(crate) const PART_LIFE: Duration = Duration::from_hours(1);

/// The buckets that the API reads and lets people read and write.
#[derive(Clone, Debug)]
pub(crate) struct Buckets {
    pub(crate) s3: Client,
    pub(crate) uploads: String,
    pub(crate) results: String,
    pub(crate) normalized: String,
}

impl Buckets {
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, Misconfigured> {
        // A presigned part carries no checksum of its own: whoever sends it could not compute the signed one beforehand.
        let config = runtime.s3().config().to_builder();
        let config = config.request_checksum_calculation(RequestChecksumCalculation::WhenRequired);
        Ok(Self {
            s3: Client::from_conf(config.build()),
            uploads: runtime.variables.required("UPLOADS_BUCKET")?.to_owned(),
            results: runtime.variables.required("RESULTS_BUCKET")?.to_owned(),
            normalized: runtime.variables.required("NORMALIZED_BUCKET")?.to_owned(),
        })
    }

    /// An address at which one version of an original is read, always as a file to be saved.
    pub(crate) async fn original(&self, key: &str, version: &str, save: Save<'_>) -> Result<String, Problem> {
        let request = self.s3.get_object().bucket(&self.uploads).key(key).version_id(version);
        signed(request.set_from(save).presigned(life(READ_LIFE)?).await)
    }

    /// An address at which a proved file is read.
    pub(crate) async fn result(&self, file: &ResultFile) -> Result<String, Problem> {
        let save = Save { name: &file.name, media_type: &file.media_type };
        let request = self.s3.get_object().bucket(&self.results).key(&file.key);
        signed(request.set_from(save).presigned(life(READ_LIFE)?).await)
    }

    /// An address at which a normalized document is read.
    pub(crate) async fn normalized(&self, key: &str) -> Result<String, Problem> {
        let request = self.s3.get_object().bucket(&self.normalized).key(key);
        signed(request.response_content_type("application/json").presigned(life(READ_LIFE)?).await)
    }

    /// An address in a bucket: only where it leads counts.
    pub(crate) async fn address(&self, bucket: &str) -> Result<String, Problem> {
        signed(self.s3.get_object().bucket(bucket).key("x").presigned(life(READ_LIFE)?).await)
    }

    /// An address to which one part of an upload is sent.
    pub(crate) async fn part(&self, key: &str, upload_id: &str, number: u32) -> Result<String, Problem> {
        let number = i32::try_from(number).unwrap_or(i32::MAX);
        let request = self.s3.upload_part().bucket(&self.uploads).key(key).upload_id(upload_id);
        signed(request.part_number(number).presigned(life(PART_LIFE)?).await)
    }
}

/// When an address for reading given out now ends.
pub(crate) fn read_until(now: Moment) -> Moment {
    now.after(READ_LIFE)
}

/// Under what name and as what type a file is saved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Save<'a> {
    pub(crate) name: &'a str,
    pub(crate) media_type: &'a str,
}

trait SaveAs {
    fn set_from(self, save: Save<'_>) -> Self;
}

impl SaveAs for aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder {
    fn set_from(self, save: Save<'_>) -> Self {
        self.response_content_disposition(attachment(save.name)).response_content_type(save.media_type)
    }
}

fn life(time: Duration) -> Result<PresigningConfig, Problem> {
    PresigningConfig::expires_in(time).map_err(|error| unavailable("presigning")(&error))
}

fn signed<E: std::error::Error>(signed: Result<PresignedRequest, E>) -> Result<String, Problem> {
    signed.map(|request| request.uri().to_owned()).map_err(|error| unavailable("presigning")(&error))
}

/// What RFC 8187 lets stand unencoded in `filename*`.
const ATTRIBUTE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// `Content-Disposition` (RFC 6266): always a file to be saved, never a page to be shown; its name in two spellings.
fn attachment(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '/' | '%') || c == ' ' { c } else { '_' }
    };
    let fallback: String = name.chars().map(plain).collect();
    format!("attachment; filename=\"{fallback}\"; filename*=UTF-8''{}", utf8_percent_encode(name, ATTRIBUTE))
}

#[cfg(test)]
mod tests {
    use super::attachment;

    #[test]
    fn a_file_is_saved_under_its_own_name_and_cannot_leave_the_header() {
        let check = |name: &str, expect: &str| assert_eq!(attachment(name), format!("attachment; {expect}"));
        check("plan.docx", "filename=\"plan.docx\"; filename*=UTF-8''plan.docx");
        check("Übung 1.docx", "filename=\"_bung 1.docx\"; filename*=UTF-8''%C3%9Cbung%201.docx");
        check("a\"; x=\"b.pdf", "filename=\"a_; x=_b.pdf\"; filename*=UTF-8''a%22%3B%20x%3D%22b.pdf");
        check("a\r\nb.txt", "filename=\"a__b.txt\"; filename*=UTF-8''a%0D%0Ab.txt");
        check("100%.md", "filename=\"100_.md\"; filename*=UTF-8''100%25.md");
    }
}
