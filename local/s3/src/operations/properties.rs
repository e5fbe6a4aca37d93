use crate::{bounds::METADATA_BYTES_MAX, error::Outcome, index::Properties};
use s3s::{dto, s3_error};

/// What an object's media type is when nobody says (AWS).
pub(super) const DEFAULT_CONTENT_TYPE: &str = "binary/octet-stream";

/// Takes the fields that describe an object out of an input.
macro_rules! take_properties {
    ($input:expr) => {
        $crate::operations::properties::checked(
            $crate::index::Properties {
                content_type: $input.content_type.take(),
                content_disposition: $input.content_disposition.take(),
                content_encoding: $input.content_encoding.take(),
                content_language: $input.content_language.take(),
                cache_control: $input.cache_control.take(),
                expires: $input.expires.take(),
                metadata: std::collections::BTreeMap::new(),
            },
            $input.metadata.take(),
        )
    };
}
pub(super) use take_properties;

/// Properties as they are stored: the framing of the body is no encoding of the object, and metadata is bounded.
pub(super) fn checked(mut properties: Properties, metadata: Option<dto::Metadata>) -> Outcome<Properties> {
    properties.content_encoding = properties.content_encoding.and_then(|encoding| without_framing(&encoding));
    properties.metadata = metadata.unwrap_or_default().into_iter().collect();
    let bytes: usize = properties.metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
    if bytes > METADATA_BYTES_MAX {
        return Err(s3_error!(
            MetadataTooLarge,
            "Your metadata headers exceed the maximum allowed metadata size of {METADATA_BYTES_MAX} bytes"
        )
        .into());
    }
    Ok(properties)
}

fn without_framing(encoding: &str) -> Option<String> {
    let kept: Vec<&str> = encoding
        .split(',')
        .map(str::trim)
        .filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("aws-chunked"))
        .collect();
    (!kept.is_empty()).then(|| kept.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_framing_of_a_body_is_not_stored() {
        assert_eq!(without_framing("aws-chunked"), None);
        assert_eq!(without_framing("gzip, aws-chunked").as_deref(), Some("gzip"));
        assert_eq!(without_framing("gzip").as_deref(), Some("gzip"));
    }
}
