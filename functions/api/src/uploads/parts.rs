use crate::{Problem, app::Api, problem::unavailable};
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use document::Document;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Parts have this many bytes unless that makes too many of them: small enough to be sent again, large enough to be few.
const PART_BYTES: u64 = 8 * 1024 * 1024;
/// Parts grow by whole steps of this many bytes.
const PART_BYTES_STEP: u64 = 1024 * 1024;
/// S3's largest part, in bytes.
const PART_BYTES_MAX: u64 = 5 * 1024 * 1024 * 1024;
/// Parts grow so that there are not more than this, while S3 allows it: one page of S3's list, a short body to complete.
const PARTS_WANTED_MAX: u64 = 1000;
/// Addresses given in one answer; more are asked for.
pub(crate) const ADDRESSES_MAX: usize = 100;
/// S3's pages of a thousand parts for the most parts that an upload may have.
const LIST_PAGES_MAX: usize = 10;

/// Where one part is sent, by `PUT`.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, ToSchema)]
pub struct Part {
    /// From 1.
    pub number: u32,
    pub url: String,
}

/// A part that has arrived.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, ToSchema)]
pub struct Received {
    pub number: u32,
    /// As S3 gave it, quotes included.
    pub etag: String,
    /// Bytes.
    pub size: u64,
}

/// How a file of `size` bytes is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Division {
    /// Bytes of each part but the last.
    pub(super) part_size: u64,
    pub(super) count: u32,
}

impl Division {
    /// The division of a new upload.
    pub(super) fn of(size: u64) -> Self {
        let wanted = size.div_ceil(PARTS_WANTED_MAX).next_multiple_of(PART_BYTES_STEP);
        Self::with(wanted.clamp(PART_BYTES, PART_BYTES_MAX), size)
    }

    /// The division of an upload whose parts have this size.
    pub(super) fn with(part_size: u64, size: u64) -> Self {
        let count = size.div_ceil(part_size.max(1)).max(1);
        Self { part_size, count: u32::try_from(count).unwrap_or(u32::MAX) }
    }
}

/// Addresses for the parts from `from` that are not there yet, and the number from which to ask for more.
pub(super) async fn addresses(
    api: &Api,
    key: &str,
    upload_id: &str,
    numbers: impl Iterator<Item = u32>,
) -> Result<(Vec<Part>, Option<u32>), Problem> {
    let mut numbers = numbers.peekable();
    let mut parts = Vec::new();
    while parts.len() < ADDRESSES_MAX
        && let Some(number) = numbers.next()
    {
        parts.push(Part { number, url: api.buckets.part(key, upload_id, number).await? });
    }
    Ok((parts, numbers.peek().copied()))
}

/// The parts that S3 has; `None` if it does not know the upload (any more).
pub(super) async fn received(
    api: &Api,
    document: &Document,
    upload_id: &str,
) -> Result<Option<Vec<Received>>, Problem> {
    let (bucket, key) = (&api.buckets.uploads, &document.key);
    let (mut received, mut marker) = (Vec::new(), None);
    for _ in 0..LIST_PAGES_MAX {
        let page = api.buckets.s3.list_parts().bucket(bucket).key(key).upload_id(upload_id);
        let page = match page.set_part_number_marker(marker).send().await {
            Ok(page) => page,
            Err(error) if error.code() == Some("NoSuchUpload") => return Ok(None),
            Err(error) => return Err(unavailable("listing an upload's parts")(&error)),
        };
        received.extend(page.parts().iter().filter_map(|part| {
            Some(Received {
                number: u32::try_from(part.part_number()?).ok()?,
                etag: part.e_tag()?.to_owned(),
                size: u64::try_from(part.size()?).ok()?,
            })
        }));
        marker = page.next_part_number_marker().map(str::to_owned);
        if page.is_truncated() != Some(true) || marker.is_none() {
            break;
        }
    }
    Ok(Some(received))
}

/// The numbers from `from` to the last that have not arrived.
pub(super) fn missing(received: &[Received], from: u32, count: u32) -> impl Iterator<Item = u32> {
    let there: BTreeSet<u32> = received.iter().map(|part| part.number).collect();
    (from.max(1)..=count).filter(move |number| !there.contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uploads::OBJECT_BYTES_MAX;
    use proptest::prelude::*;

    const MIB: u64 = 1024 * 1024;

    #[test]
    fn parts_grow_only_when_there_would_be_too_many() {
        let check = |size, part_size, count| {
            assert_eq!(Division::of(size), Division { part_size, count }, "{size} bytes");
        };
        check(1, 8 * MIB, 1);
        check(8 * MIB, 8 * MIB, 1);
        check(8 * MIB + 1, 8 * MIB, 2);
        check(8000 * MIB, 8 * MIB, 1000);
        check(8000 * MIB + 1, 9 * MIB, 889);
        check(5 * 1024 * MIB, 8 * MIB, 640);
        check(OBJECT_BYTES_MAX, PART_BYTES_MAX, 1024);
    }

    proptest! {
        #[test]
        fn every_division_is_one_that_s3_takes(size in 1..=OBJECT_BYTES_MAX) {
            let Division { part_size, count } = Division::of(size);
            prop_assert!(u64::from(count) * part_size >= size);
            prop_assert!((u64::from(count) - 1) * part_size < size);
            prop_assert!((5 * MIB..=PART_BYTES_MAX).contains(&part_size) && count <= 10_000);
        }
    }

    #[test]
    fn only_what_has_not_arrived_is_missing() {
        let there = [1, 3].map(|number| Received { number, etag: String::new(), size: 1 });
        assert_eq!(missing(&there, 0, 5).collect::<Vec<_>>(), [2, 4, 5]);
        assert_eq!(missing(&there, 3, 5).collect::<Vec<_>>(), [4, 5]);
        assert_eq!(missing(&there, 6, 5).count(), 0);
    }
}
