use crate::{MachineName, Moment};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};
use thiserror::Error;
use uuid::Uuid;

/// Step Functions takes execution names of at most this many characters.
pub const EXECUTION_NAME_BYTES_MAX: usize = 80;
/// S3 takes keys of at most this many bytes.
const KEY_BYTES_MAX: usize = 1024;
/// Hexadecimal digits kept of a revision's hash: enough to tell the revisions of one document apart.
const REVISION_HASH_DIGITS: usize = 12;
/// The namespace of identities derived from an object's place (RFC 9562, version 5).
const OBJECT_NAMESPACE: Uuid = Uuid::from_u128(0x6f1d_2b7c_53a4_4c0e_9d0b_1e4c_7a55_02b1);

/// Why something is not an identity of Lectern's.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum IdentityError {
    /// Not a UUID.
    #[error("{0:?} is not a document id")]
    DocumentId(String),
    /// Not `document.revision-hash.attempt.nonce`.
    #[error("{0:?} is not a reference")]
    Reference(String),
}

/// Names one document for as long as Lectern knows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, format = "uuid"))]
pub struct DocumentId(Uuid);

impl DocumentId {
    /// A new identity (UUID version 7: ordered by `now`) from ten random bytes.
    pub fn mint(now: Moment, random: [u8; 10]) -> Self {
        let millis = u64::try_from(now.as_millis()).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// The identity of an object put straight into the bucket (UUID version 5 of `bucket/key`): the same place, the same document.
    pub fn of_object(bucket: &str, key: &str) -> Self {
        Self(Uuid::new_v5(&OBJECT_NAMESPACE, format!("{bucket}/{key}").as_bytes()))
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl fmt::Debug for DocumentId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl FromStr for DocumentId {
    type Err = IdentityError;

    /// Takes the hyphenated lower-case form only, so that one document has one spelling.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match Uuid::try_parse(text) {
            Ok(id) if id.to_string() == text => Ok(Self(id)),
            _ => Err(IdentityError::DocumentId(text.chars().take(64).collect())),
        }
    }
}

/// A short, safe name for a revision: the first digits of the SHA-256 of its S3 version id.
pub fn revision_hash(version_id: &str) -> String {
    let mut digits = hex::encode(Sha256::digest(version_id.as_bytes()));
    digits.truncate(REVISION_HASH_DIGITS);
    digits
}

/// What the processor is given for one attempt and must echo: `document.revision-hash.attempt.nonce`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    /// The document it belongs to.
    pub document_id: DocumentId,
    /// Which of the document's revisions.
    pub revision_hash: String,
    /// Which attempt at that revision, from 1.
    pub attempt: u32,
    /// Unguessable, so a reference proves that we gave it out.
    pub nonce: String,
}

impl Reference {
    /// A reference for an attempt, unguessable by sixteen random bytes.
    pub fn mint(document_id: DocumentId, revision: &str, attempt: u32, random: [u8; 16]) -> Self {
        Self { document_id, revision_hash: revision_hash(revision), attempt, nonce: hex::encode(random) }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}.{}", self.document_id, self.revision_hash, self.attempt, self.nonce)
    }
}

impl FromStr for Reference {
    type Err = IdentityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || IdentityError::Reference(text.chars().take(128).collect());
        let mut parts = text.split('.');
        let (Some(document), Some(hash), Some(attempt), Some(nonce), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong());
        };
        let reference = Self {
            document_id: document.parse().map_err(|_| wrong())?,
            revision_hash: hash.to_owned(),
            attempt: attempt.parse().map_err(|_| wrong())?,
            nonce: nonce.to_owned(),
        };
        let is_hex = |part: &str, digits| part.len() == digits && part.bytes().all(|b| b.is_ascii_hexdigit());
        let sound = is_hex(hash, REVISION_HASH_DIGITS) && is_hex(nonce, 32) && reference.to_string() == text;
        sound.then_some(reference).ok_or_else(wrong)
    }
}

/// The order of events on one key, as S3 gives it: compared as text after padding the shorter one on the right with zeros.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sequencer(pub String);

impl Ord for Sequencer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let length = self.0.len().max(other.0.len());
        let padded = |text: &str| format!("{:0<length$}", text.to_ascii_uppercase());
        padded(&self.0).cmp(&padded(&other.0))
    }
}

impl PartialOrd for Sequencer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Sequencer {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Sequencer {}

/// What a key in the uploads bucket says of itself. The file name is data, never a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// `uploads/<document id>/<file name>`: counts only if the register expects exactly this key.
    Upload { document_id: DocumentId, file_name: String },
    /// `inbox/<school>/…`: put straight into the bucket.
    Inbox { school: String, file_name: String },
    /// A folder marker: nothing to do.
    Folder,
    /// Any other key.
    Unknown,
}

impl Place {
    /// Reads a decoded key.
    pub fn of(key: &str) -> Self {
        if key.ends_with('/') {
            return Self::Folder;
        }
        if key.len() > KEY_BYTES_MAX {
            return Self::Unknown;
        }
        let mut parts = key.splitn(3, '/');
        match (parts.next(), parts.next(), parts.next()) {
            (Some("uploads"), Some(id), Some(name)) => match id.parse() {
                Ok(document_id) => Self::Upload { document_id, file_name: name.to_owned() },
                Err(_) => Self::Unknown,
            },
            (Some("inbox"), Some(school), Some(rest)) if !school.is_empty() => {
                let file_name = rest.rsplit('/').next().unwrap_or(rest).to_owned();
                Self::Inbox { school: school.to_owned(), file_name }
            }
            _ => Self::Unknown,
        }
    }

    /// The key under which an upload is expected.
    pub fn upload_key(document_id: DocumentId, file_name: &str) -> String {
        format!("uploads/{document_id}/{file_name}")
    }
}

/// Where a proved result file lies: `results/<document>/<attempt>/<role>/<sha256>`.
pub fn result_key(document_id: DocumentId, attempt: u32, role: &str, sha256: &str) -> String {
    format!("results/{document_id}/{attempt}/{role}/{sha256}")
}

/// Where a file is kept that came as it was announced and says what cannot be right, for the operator:
/// `refused/<document>/<attempt>/<role>/<sha256>`. Nobody reads from there what is shown.
pub fn refused_key(document_id: DocumentId, attempt: u32, role: &str, sha256: &str) -> String {
    format!("refused/{document_id}/{attempt}/{role}/{sha256}")
}

/// Where a normalized document lies: `normalized/<document>/<sha256>.json`.
pub fn normalized_key(document_id: DocumentId, sha256: &str) -> String {
    format!("normalized/{document_id}/{sha256}.json")
}

/// The name under which a machine is started: the same work and cycle start once, the next cycle starts anew.
pub fn execution_name(
    machine: MachineName,
    document_id: DocumentId,
    revision: &str,
    attempt: u32,
    cycle: u32,
) -> String {
    let name = format!("{machine}-{document_id}-{}-{attempt}-{cycle}", revision_hash(revision));
    debug_assert!(name.len() <= EXECUTION_NAME_BYTES_MAX);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "018f2f6e-7c1a-7000-8000-0123456789ab";

    #[test]
    fn references_round_trip_and_odd_ones_are_refused() {
        let reference = Reference::mint(ID.parse().unwrap(), "version", 3, [7; 16]);
        assert_eq!(reference.to_string().parse::<Reference>().unwrap(), reference);
        for odd in ["", ".", "a.b.c.d", &format!("{reference}.x"), &reference.to_string().to_uppercase()] {
            assert!(odd.parse::<Reference>().is_err(), "{odd}");
        }
        assert!(reference.to_string().replace(".3.", ".03.").parse::<Reference>().is_err());
    }

    #[test]
    fn sequencers_compare_after_padding() {
        let order = |a: &str, b: &str| Sequencer(a.to_owned()).cmp(&Sequencer(b.to_owned()));
        assert!(order("0055AED6DCD90281E5", "0055AED6DCD90281E6").is_lt());
        assert!(order("0055", "00550").is_eq());
        assert!(order("0055", "00551").is_lt());
        assert!(order("00ff", "00FE").is_gt());
    }

    #[test]
    fn keys_are_read_as_places() {
        let check = |key: &str, place| assert_eq!(Place::of(key), place, "{key}");
        let document_id: DocumentId = ID.parse().unwrap();
        check(
            &format!("uploads/{ID}/a b/../c.docx"),
            Place::Upload { document_id, file_name: "a b/../c.docx".into() },
        );
        check(
            "inbox/school-1/2026/plan.docx",
            Place::Inbox { school: "school-1".into(), file_name: "plan.docx".into() },
        );
        check("inbox/school-1/", Place::Folder);
        check("inbox//plan.docx", Place::Unknown);
        check("uploads/not-an-id/plan.docx", Place::Unknown);
        check("plan.docx", Place::Unknown);
    }

    #[test]
    fn the_longest_execution_name_fits() {
        for machine in MachineName::ALL {
            let name = execution_name(machine, ID.parse().unwrap(), "v", 99_999, 99_999);
            assert!(name.len() <= EXECUTION_NAME_BYTES_MAX, "{name}");
        }
    }

    #[test]
    fn the_same_place_is_the_same_document() {
        assert_eq!(DocumentId::of_object("b", "k"), DocumentId::of_object("b", "k"));
        assert_ne!(DocumentId::of_object("b", "k"), DocumentId::of_object("b", "K"));
    }
}
