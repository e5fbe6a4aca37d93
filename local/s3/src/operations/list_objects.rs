use super::list_buckets::owner;
use crate::{
    bounds::PAGE_ITEMS_MAX,
    checksum::Checksum,
    encoding::{after, after_prefix, form_encode, wire_time},
    error::Outcome,
    index::{Scope, VERSION_COLUMNS, Version},
    store::Store,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rusqlite::params;
use s3s::{
    dto::{
        ChecksumAlgorithm, ChecksumType, CommonPrefix, ETag, EncodingType, ListObjectsInput,
        ListObjectsOutput, ListObjectsV2Input, ListObjectsV2Output, Object, ObjectStorageClass,
    },
    s3_error,
};

/// Which keys are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) bucket: String,
    pub(super) prefix: String,
    pub(super) delimiter: Option<String>,
    /// The least key that is listed.
    pub(super) from: String,
    pub(super) limit: usize,
}

/// What a page holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Page {
    pub(super) objects: Vec<Version>,
    pub(super) prefixes: Vec<String>,
    /// Where the next page begins.
    pub(super) next: Option<String>,
}

impl Listing {
    /// What `key` is rolled up into, if into anything.
    pub(super) fn common_prefix(&self, key: &str) -> Option<String> {
        let delimiter = self.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty())?;
        let rest = key.strip_prefix(&self.prefix)?;
        let end = rest.find(delimiter)? + delimiter.len();
        Some(format!("{}{}", self.prefix, &rest[..end]))
    }

    /// Begins behind `marker`, and behind all that is rolled up into it. False if nothing comes behind it.
    pub(super) fn begin_after(&mut self, marker: &str) -> bool {
        let rolled_up = self.common_prefix(marker).is_some_and(|prefix| prefix == marker);
        match if rolled_up { after_prefix(marker) } else { Some(after(marker)) } {
            Some(from) => {
                self.from = from;
                true
            }
            None => false,
        }
    }

    /// Reads one page of live objects. A prefix costs one seek, however many keys it stands for.
    pub(super) fn read(&self, scope: &Scope<'_>) -> Outcome<Page> {
        let sql = format!(
            "SELECT {VERSION_COLUMNS} FROM versions
             WHERE bucket = ?1 AND latest = 1 AND marker = 0 AND key >= ?2 ORDER BY key"
        );
        let mut statement = scope.prepare(&sql)?;
        let mut page = Page::default();
        let mut from = self.from.clone().max(self.prefix.clone());
        if self.limit == 0 {
            return Ok(page);
        }
        'seek: loop {
            let mut rows = statement.query(params![self.bucket, from])?;
            while let Some(row) = rows.next()? {
                let version = Version::read(row)?;
                if !version.key.starts_with(&self.prefix) {
                    break;
                }
                if page.objects.len() + page.prefixes.len() == self.limit {
                    page.next = Some(version.key);
                    break;
                }
                match self.common_prefix(&version.key) {
                    None => page.objects.push(version),
                    Some(prefix) => {
                        let behind = after_prefix(&prefix);
                        page.prefixes.push(prefix);
                        let Some(behind) = behind else { break };
                        from = behind;
                        continue 'seek;
                    }
                }
            }
            return Ok(page);
        }
    }
}

/// How many items an answer may hold.
pub(super) fn page_limit(asked: Option<i32>) -> Outcome<usize> {
    let asked = asked.map_or(Ok(PAGE_ITEMS_MAX), usize::try_from);
    match asked {
        Ok(asked) => Ok(asked.min(PAGE_ITEMS_MAX)),
        Err(_) => Err(s3_error!(InvalidArgument, "The number of items must not be negative").into()),
    }
}

/// How keys are written into an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    encoded: bool,
}

impl Shown {
    pub(super) fn of(encoding: Option<&EncodingType>) -> Self {
        Self { encoded: encoding.is_some_and(|encoding| encoding.as_str() == EncodingType::URL) }
    }

    pub(super) fn text(self, text: &str) -> String {
        if self.encoded { form_encode(text) } else { text.to_owned() }
    }

    pub(super) fn optional(self, text: Option<&str>) -> Option<String> {
        text.map(|text| self.text(text))
    }

    pub(super) fn prefixes(self, prefixes: &[String]) -> Vec<CommonPrefix> {
        prefixes.iter().map(|prefix| CommonPrefix { prefix: Some(self.text(prefix)) }).collect()
    }

    fn object(self, version: Version, with_owner: bool) -> Object {
        let (algorithm, coverage) = checksum_names(version.checksum.as_ref());
        Object {
            checksum_algorithm: algorithm.map(|algorithm| vec![algorithm]),
            checksum_type: coverage,
            e_tag: Some(ETag::Strong(version.etag)),
            key: Some(self.text(&version.key)),
            last_modified: Some(wire_time(version.modified)),
            owner: with_owner.then(owner),
            size: i64::try_from(version.size).ok(),
            storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
            ..Default::default()
        }
    }
}

/// A checksum as listings mention it.
pub(super) fn checksum_names(
    checksum: Option<&Checksum>,
) -> (Option<ChecksumAlgorithm>, Option<ChecksumType>) {
    checksum.map_or((None, None), |checksum| {
        (
            Some(ChecksumAlgorithm::from_static(checksum.algorithm.name())),
            Some(ChecksumType::from_static(checksum.coverage.name())),
        )
    })
}

impl Store {
    async fn page(&self, listing: Listing) -> Outcome<Page> {
        self.index.read(move |scope| listing.read(scope)).await
    }

    pub(super) async fn list_objects_v2(&self, input: ListObjectsV2Input) -> Outcome<ListObjectsV2Output> {
        self.bucket(&input.bucket)?;
        let shown = Shown::of(input.encoding_type.as_ref());
        let mut listing = Listing {
            bucket: input.bucket.clone(),
            prefix: input.prefix.clone().unwrap_or_default(),
            delimiter: input.delimiter.clone(),
            from: String::new(),
            limit: page_limit(input.max_keys)?,
        };
        let max_keys = i32::try_from(listing.limit).ok();
        let more = match (&input.continuation_token, &input.start_after) {
            (Some(token), _) => {
                listing.from = read_token(token)?;
                true
            }
            (None, Some(marker)) => listing.begin_after(marker),
            (None, None) => true,
        };
        let page = if more { self.page(listing).await? } else { Page::default() };
        let with_owner = input.fetch_owner.unwrap_or(false);
        let prefixes = shown.prefixes(&page.prefixes);
        let objects: Vec<Object> = page.objects.into_iter().map(|it| shown.object(it, with_owner)).collect();
        Ok(ListObjectsV2Output {
            key_count: i32::try_from(objects.len() + prefixes.len()).ok(),
            is_truncated: Some(page.next.is_some()),
            next_continuation_token: page.next.map(|next| URL_SAFE_NO_PAD.encode(next)),
            contents: Some(objects),
            common_prefixes: Some(prefixes),
            name: Some(input.bucket),
            prefix: Some(shown.text(input.prefix.as_deref().unwrap_or_default())),
            delimiter: shown.optional(input.delimiter.as_deref()),
            start_after: shown.optional(input.start_after.as_deref()),
            continuation_token: input.continuation_token,
            encoding_type: input.encoding_type,
            max_keys,
            ..Default::default()
        })
    }

    pub(super) async fn list_objects(&self, input: ListObjectsInput) -> Outcome<ListObjectsOutput> {
        self.bucket(&input.bucket)?;
        let shown = Shown::of(input.encoding_type.as_ref());
        let mut listing = Listing {
            bucket: input.bucket.clone(),
            prefix: input.prefix.clone().unwrap_or_default(),
            delimiter: input.delimiter.clone(),
            from: String::new(),
            limit: page_limit(input.max_keys)?,
        };
        let max_keys = i32::try_from(listing.limit).ok();
        let more = input.marker.as_deref().is_none_or(|marker| listing.begin_after(marker));
        let page = if more { self.page(listing).await? } else { Page::default() };
        let last_key = page.objects.last().map(|version| version.key.as_str());
        let last = last_key.max(page.prefixes.last().map(String::as_str));
        Ok(ListObjectsOutput {
            is_truncated: Some(page.next.is_some()),
            // AWS gives it only with a delimiter; without one clients take the last key themselves.
            next_marker: last
                .filter(|_| page.next.is_some() && input.delimiter.is_some())
                .map(|it| shown.text(it)),
            common_prefixes: Some(shown.prefixes(&page.prefixes)),
            contents: Some(page.objects.into_iter().map(|it| shown.object(it, true)).collect()),
            name: Some(input.bucket),
            prefix: Some(shown.text(input.prefix.as_deref().unwrap_or_default())),
            marker: Some(shown.text(input.marker.as_deref().unwrap_or_default())),
            delimiter: shown.optional(input.delimiter.as_deref()),
            encoding_type: input.encoding_type,
            max_keys,
            ..Default::default()
        })
    }
}

fn read_token(token: &str) -> Outcome<String> {
    let decoded = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.ok_or_else(|| s3_error!(InvalidArgument, "The continuation token provided is incorrect").into())
}
