//! The checksums that clients announce and the store keeps ("Checking object integrity in Amazon S3").

use crate::error::{Outcome, StoreError};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use crc_fast::{CrcAlgorithm, checksum_combine};
use s3s::{
    S3ErrorCode,
    checksum::ChecksumHasher,
    crypto::{Checksum as _, Md5},
    dto, s3_error,
};
use serde::{Deserialize, Serialize};

/// An algorithm that `x-amz-checksum-*` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

impl Algorithm {
    pub(crate) const ALL: [Self; 5] = [Self::Crc32, Self::Crc32c, Self::Crc64Nvme, Self::Sha1, Self::Sha256];

    /// As `x-amz-checksum-algorithm` and listings spell it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    /// Reads a name, in any case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    /// Finds the checksum among the trailers that `x-amz-trailer` announces.
    pub(crate) fn announced(trailer: &str) -> Option<Self> {
        trailer.split(',').find_map(|name| {
            name.trim().to_ascii_lowercase().strip_prefix("x-amz-checksum-").and_then(Self::named)
        })
    }

    /// The header or trailer that carries the value.
    pub(crate) fn header(self) -> String {
        format!("x-amz-checksum-{}", self.name().to_ascii_lowercase())
    }

    fn bytes(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme => 8,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    fn crc(self) -> Option<CrcAlgorithm> {
        match self {
            Self::Crc32 => Some(CrcAlgorithm::Crc32IsoHdlc),
            Self::Crc32c => Some(CrcAlgorithm::Crc32Iscsi),
            Self::Crc64Nvme => Some(CrcAlgorithm::Crc64Nvme),
            Self::Sha1 | Self::Sha256 => None,
        }
    }
}

/// What a checksum of a multipart object covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Coverage {
    /// All bytes, as if they had been sent at once. Only CRCs can be combined so.
    FullObject,
    /// The checksums of the parts.
    Composite,
}

impl Coverage {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::FullObject => dto::ChecksumType::FULL_OBJECT,
            Self::Composite => dto::ChecksumType::COMPOSITE,
        }
    }

    /// What the client asked for, or what AWS takes for the algorithm.
    pub(crate) fn chosen(algorithm: Algorithm, asked: Option<&str>) -> Outcome<Self> {
        let crc = algorithm.crc().is_some();
        match asked {
            Some(dto::ChecksumType::FULL_OBJECT) if crc => Ok(Self::FullObject),
            Some(dto::ChecksumType::COMPOSITE) if algorithm != Algorithm::Crc64Nvme => Ok(Self::Composite),
            None if algorithm == Algorithm::Crc64Nvme => Ok(Self::FullObject),
            None => Ok(Self::Composite),
            Some(other) => Err(s3_error!(
                InvalidRequest,
                "The {other} checksum type cannot be used with the {} checksum algorithm.",
                algorithm.name()
            )
            .into()),
        }
    }
}

/// A verified checksum, kept with a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checksum {
    pub(crate) algorithm: Algorithm,
    /// Base64; a composite one ends in `-` and the number of parts.
    pub(crate) value: String,
    pub(crate) coverage: Coverage,
}

/// What a client says its body sums up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Claim {
    /// The algorithm announced, if any.
    pub(crate) algorithm: Option<Algorithm>,
    /// The value, when it came ahead of the body.
    pub(crate) value: Option<String>,
}

impl Claim {
    /// The one value among those given for each of [`Algorithm::ALL`].
    pub(crate) fn of(values: [Option<String>; 5]) -> Outcome<Self> {
        let mut given =
            Algorithm::ALL.into_iter().zip(values).filter_map(|(a, value)| value.map(|value| (a, value)));
        let Some((algorithm, value)) = given.next() else { return Ok(Self::default()) };
        if given.next().is_some() {
            return Err(s3_error!(
                InvalidRequest,
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
            )
            .into());
        }
        Ok(Self { algorithm: Some(algorithm), value: Some(value) })
    }

    /// Whether `actual` is what was claimed.
    pub(crate) fn check(&self, actual: &Digests) -> Outcome<()> {
        let (Some(algorithm), Some(claimed)) = (self.algorithm, &self.value) else { return Ok(()) };
        if STANDARD.decode(claimed).is_ok_and(|bytes| bytes.len() == algorithm.bytes()) {
            if actual.get(algorithm) == Some(claimed.as_str()) {
                return Ok(());
            }
            let name = algorithm.name();
            return Err(s3_error!(
                BadDigest,
                "The {name} you specified did not match the calculated checksum."
            )
            .into());
        }
        Err(s3_error!(InvalidRequest, "Value for {} header is invalid.", algorithm.header()).into())
    }
}

/// Reads `Content-MD5`.
pub(crate) fn content_md5(header: &str) -> Outcome<[u8; 16]> {
    let bytes = STANDARD.decode(header).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| s3_error!(InvalidDigest, "The Content-MD5 you specified is not valid.").into())
}

/// Sums up a body while it passes.
#[derive(Default)]
pub(crate) struct Hasher {
    md5: Md5,
    sums: ChecksumHasher,
}

impl Hasher {
    /// MD5, which the entity tag needs, and every algorithm of `wanted`.
    pub(crate) fn of(wanted: &[Algorithm]) -> Self {
        let mut hasher = Self::default();
        for algorithm in wanted {
            match algorithm {
                Algorithm::Crc32 => hasher.sums.crc32 = Some(s3s::crypto::Crc32::new()),
                Algorithm::Crc32c => hasher.sums.crc32c = Some(s3s::crypto::Crc32c::new()),
                Algorithm::Crc64Nvme => hasher.sums.crc64nvme = Some(s3s::crypto::Crc64Nvme::new()),
                Algorithm::Sha1 => hasher.sums.sha1 = Some(s3s::crypto::Sha1::new()),
                Algorithm::Sha256 => hasher.sums.sha256 = Some(s3s::crypto::Sha256::new()),
            }
        }
        hasher
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        self.sums.update(bytes);
    }

    pub(crate) fn finish(self) -> Digests {
        Digests { md5: self.md5.finalize(), sums: self.sums.finalize() }
    }
}

/// What a body summed up to.
#[derive(Clone, Debug)]
pub(crate) struct Digests {
    pub(crate) md5: [u8; 16],
    sums: dto::Checksum,
}

impl Digests {
    /// The value of `algorithm` in base64, if it was asked for.
    pub(crate) fn get(&self, algorithm: Algorithm) -> Option<&str> {
        let sums = &self.sums;
        match algorithm {
            Algorithm::Crc32 => sums.checksum_crc32.as_deref(),
            Algorithm::Crc32c => sums.checksum_crc32c.as_deref(),
            Algorithm::Crc64Nvme => sums.checksum_crc64nvme.as_deref(),
            Algorithm::Sha1 => sums.checksum_sha1.as_deref(),
            Algorithm::Sha256 => sums.checksum_sha256.as_deref(),
        }
    }

    /// The value of `algorithm` as it is kept with an object that came in one body.
    pub(crate) fn checksum(&self, algorithm: Algorithm) -> Option<Checksum> {
        let value = self.get(algorithm)?.to_owned();
        Some(Checksum { algorithm, value, coverage: Coverage::FullObject })
    }
}

/// The checksum of an object made of parts, from the parts' checksums and sizes.
pub(crate) fn of_parts(
    algorithm: Algorithm,
    coverage: Coverage,
    parts: &[(String, u64)],
) -> Option<Checksum> {
    let decoded: Option<Vec<(Vec<u8>, u64)>> =
        parts.iter().map(|(value, size)| STANDARD.decode(value).ok().map(|bytes| (bytes, *size))).collect();
    let decoded = decoded?;
    let value = match coverage {
        Coverage::Composite => {
            let mut hasher = Hasher::of(&[algorithm]);
            for (bytes, _) in &decoded {
                hasher.update(bytes);
            }
            format!("{}-{}", hasher.finish().get(algorithm)?, parts.len())
        }
        Coverage::FullObject => {
            let crc = algorithm.crc()?;
            let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
            let (first, rest) = decoded.split_first()?;
            let sum = rest.iter().fold(number(&first.0), |sum, (bytes, size)| {
                checksum_combine(crc, sum, number(bytes), *size)
            });
            STANDARD.encode(&sum.to_be_bytes()[8 - algorithm.bytes()..])
        }
    };
    Some(Checksum { algorithm, value, coverage })
}

/// The entity tag of an object made of parts: the MD5 of the parts' MD5s, and how many they are.
pub(crate) fn etag_of_parts<'a>(etags: impl ExactSizeIterator<Item = &'a str>) -> Outcome<String> {
    let count = etags.len();
    let mut md5 = Md5::default();
    for etag in etags {
        md5.update(&hex::decode(etag).map_err(|_| StoreError::from(S3ErrorCode::InvalidPart))?);
    }
    Ok(format!("{}-{count}", hex::encode(md5.finalize())))
}

/// Writes a checksum into the five fields that every output has for it.
macro_rules! set_checksum {
    ($output:expr, $algorithm:expr, $value:expr) => {
        match $algorithm {
            $crate::checksum::Algorithm::Crc32 => $output.checksum_crc32 = Some($value),
            $crate::checksum::Algorithm::Crc32c => $output.checksum_crc32c = Some($value),
            $crate::checksum::Algorithm::Crc64Nvme => $output.checksum_crc64nvme = Some($value),
            $crate::checksum::Algorithm::Sha1 => $output.checksum_sha1 = Some($value),
            $crate::checksum::Algorithm::Sha256 => $output.checksum_sha256 = Some($value),
        }
    };
}

/// Takes the five fields that every input has for a checksum.
macro_rules! take_claim {
    ($input:expr) => {
        $crate::checksum::Claim::of([
            $input.checksum_crc32.take(),
            $input.checksum_crc32c.take(),
            $input.checksum_crc64nvme.take(),
            $input.checksum_sha1.take(),
            $input.checksum_sha256.take(),
        ])
    };
}

pub(crate) use {set_checksum, take_claim};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(algorithm: Algorithm, bytes: &[u8]) -> String {
        let mut hasher = Hasher::of(&[algorithm]);
        hasher.update(bytes);
        hasher.finish().get(algorithm).unwrap().to_owned()
    }

    #[test]
    fn known_values_come_out() {
        // The check values of the CRC catalogue for "123456789", big-endian in base64.
        assert_eq!(sum(Algorithm::Crc32, b"123456789"), STANDARD.encode(0xcbf4_3926_u32.to_be_bytes()));
        assert_eq!(sum(Algorithm::Crc32c, b"123456789"), STANDARD.encode(0xe306_9283_u32.to_be_bytes()));
        assert_eq!(
            sum(Algorithm::Crc64Nvme, b"123456789"),
            STANDARD.encode(0xae8b_1486_0a79_9888_u64.to_be_bytes())
        );
    }

    #[test]
    fn a_claim_holds_or_says_what_is_wrong() {
        let mut hasher = Hasher::of(&[Algorithm::Crc32]);
        hasher.update(b"123456789");
        let digests = hasher.finish();
        let claim = |value: &str| Claim { algorithm: Some(Algorithm::Crc32), value: Some(value.to_owned()) };
        assert!(claim("y/Q5Jg==").check(&digests).is_ok());
        assert!(claim("AAAAAA==").check(&digests).unwrap_err().to_string().starts_with("BadDigest"));
        assert!(claim("short").check(&digests).unwrap_err().to_string().starts_with("InvalidRequest"));
    }

    #[test]
    fn the_trailer_that_carries_the_checksum_is_found() {
        assert_eq!(Algorithm::announced("x-amz-meta, X-Amz-Checksum-CRC64NVME"), Some(Algorithm::Crc64Nvme));
        assert_eq!(Algorithm::announced("expires"), None);
    }

    proptest! {
        #[test]
        fn a_full_object_checksum_of_parts_is_that_of_the_whole(
            parts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..200), 1..6)
        ) {
            let whole = parts.concat();
            for algorithm in [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme] {
                let sums: Vec<_> = parts.iter().map(|part| (sum(algorithm, part), part.len() as u64)).collect();
                let combined = of_parts(algorithm, Coverage::FullObject, &sums).unwrap();
                prop_assert_eq!(combined.value, sum(algorithm, &whole));
            }
        }
    }
}
