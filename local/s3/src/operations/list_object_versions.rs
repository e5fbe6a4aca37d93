use super::{
    list_buckets::owner,
    list_objects::{Listing, Shown, checksum_names, page_limit},
};
use crate::{
    encoding::{after, after_prefix, wire_time},
    error::Outcome,
    index::{Scope, VERSION_COLUMNS, Version, sequence_of},
    store::Store,
};
use rusqlite::params;
use s3s::dto::{
    DeleteMarkerEntry, ETag, ListObjectVersionsInput, ListObjectVersionsOutput, ObjectVersion,
    ObjectVersionStorageClass,
};

/// Where a page of versions begins: at `key`, behind the version of sequence `before`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Position {
    key: String,
    before: i64,
}

impl Position {
    fn at(key: String) -> Self {
        Self { key, before: i64::MAX }
    }
}

#[derive(Clone, Debug, Default)]
struct Page {
    versions: Vec<Version>,
    prefixes: Vec<String>,
    /// The last item, if others follow: a key with a version id, or a prefix.
    last: Option<(String, Option<String>)>,
}

/// Where the markers of an earlier answer lead. A version that is gone in between still has its place.
fn position(
    scope: &Scope<'_>,
    listing: &Listing,
    key: Option<&str>,
    version_id: Option<&str>,
) -> Outcome<Option<Position>> {
    let Some(key) = key.filter(|key| !key.is_empty()) else { return Ok(Some(Position::at(String::new()))) };
    if let Some(id) = version_id.filter(|id| !id.is_empty()) {
        let known = sequence_of(id);
        let before = match known {
            Some(sequence) => Some(sequence),
            None => scope.version(&listing.bucket, key, id)?.map(|version| version.sequence),
        };
        if let Some(before) = before {
            return Ok(Some(Position { key: key.to_owned(), before }));
        }
    }
    let rolled_up = listing.common_prefix(key).is_some_and(|prefix| prefix == key);
    Ok(if rolled_up { after_prefix(key) } else { Some(after(key)) }.map(Position::at))
}

fn read(scope: &Scope<'_>, listing: &Listing, mut position: Position) -> Outcome<Page> {
    let sql = format!(
        "SELECT {VERSION_COLUMNS} FROM versions
         WHERE bucket = ?1 AND key >= ?2 AND NOT (key = ?2 AND sequence >= ?3) ORDER BY key, sequence DESC"
    );
    let mut statement = scope.prepare(&sql)?;
    let mut page = Page::default();
    let mut last = None;
    if position.key < listing.prefix {
        position = Position::at(listing.prefix.clone());
    }
    if listing.limit == 0 {
        return Ok(page);
    }
    'seek: loop {
        let mut rows = statement.query(params![listing.bucket, position.key, position.before])?;
        while let Some(row) = rows.next()? {
            let version = Version::read(row)?;
            if !version.key.starts_with(&listing.prefix) {
                break;
            }
            if page.versions.len() + page.prefixes.len() == listing.limit {
                page.last = last;
                break;
            }
            match listing.common_prefix(&version.key) {
                None => {
                    last = Some((version.key.clone(), Some(version.id.clone())));
                    page.versions.push(version);
                }
                Some(prefix) => {
                    last = Some((prefix.clone(), None));
                    let behind = after_prefix(&prefix);
                    page.prefixes.push(prefix);
                    let Some(behind) = behind else { break };
                    position = Position::at(behind);
                    continue 'seek;
                }
            }
        }
        return Ok(page);
    }
}

impl Store {
    pub(super) async fn list_object_versions(
        &self,
        input: ListObjectVersionsInput,
    ) -> Outcome<ListObjectVersionsOutput> {
        self.bucket(&input.bucket)?;
        let shown = Shown::of(input.encoding_type.as_ref());
        let listing = Listing {
            bucket: input.bucket.clone(),
            prefix: input.prefix.clone().unwrap_or_default(),
            delimiter: input.delimiter.clone(),
            from: String::new(),
            limit: page_limit(input.max_keys)?,
        };
        let max_keys = i32::try_from(listing.limit).ok();
        let (key_marker, version_marker) = (input.key_marker.clone(), input.version_id_marker.clone());
        let page = self
            .index
            .read(move |scope| {
                let start = position(scope, &listing, key_marker.as_deref(), version_marker.as_deref())?;
                start.map_or(Ok(Page::default()), |start| read(scope, &listing, start))
            })
            .await?;
        let (markers, versions): (Vec<_>, Vec<_>) =
            page.versions.into_iter().partition(|version| version.marker);
        let (next_key, next_version) = page.last.map_or((None, None), |(key, id)| (Some(key), id));
        Ok(ListObjectVersionsOutput {
            common_prefixes: Some(shown.prefixes(&page.prefixes)),
            delete_markers: Some(markers.into_iter().map(|it| shown_marker(shown, it)).collect()),
            versions: Some(versions.into_iter().map(|it| shown_version(shown, it)).collect()),
            is_truncated: Some(next_key.is_some()),
            next_key_marker: shown.optional(next_key.as_deref()),
            next_version_id_marker: next_version,
            name: Some(input.bucket),
            prefix: Some(shown.text(input.prefix.as_deref().unwrap_or_default())),
            delimiter: shown.optional(input.delimiter.as_deref()),
            key_marker: Some(shown.text(input.key_marker.as_deref().unwrap_or_default())),
            version_id_marker: input.version_id_marker,
            encoding_type: input.encoding_type,
            max_keys,
            ..Default::default()
        })
    }
}

fn shown_marker(shown: Shown, marker: Version) -> DeleteMarkerEntry {
    DeleteMarkerEntry {
        is_latest: Some(marker.latest),
        key: Some(shown.text(&marker.key)),
        last_modified: Some(wire_time(marker.modified)),
        owner: Some(owner()),
        version_id: Some(marker.id),
    }
}

fn shown_version(shown: Shown, version: Version) -> ObjectVersion {
    let (algorithm, coverage) = checksum_names(version.checksum.as_ref());
    ObjectVersion {
        checksum_algorithm: algorithm.map(|algorithm| vec![algorithm]),
        checksum_type: coverage,
        e_tag: Some(ETag::Strong(version.etag)),
        is_latest: Some(version.latest),
        key: Some(shown.text(&version.key)),
        last_modified: Some(wire_time(version.modified)),
        owner: Some(owner()),
        size: i64::try_from(version.size).ok(),
        storage_class: Some(ObjectVersionStorageClass::from_static(ObjectVersionStorageClass::STANDARD)),
        version_id: Some(version.id),
        ..Default::default()
    }
}
