use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use jsonwebtoken::{
    Algorithm, EncodingKey,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};
use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read as _, Write as _},
    path::{Path, PathBuf},
};
use thiserror::Error;

/// The key's file in the data directory: PKCS #8, DER.
const FILE: &str = "issuer-key.p8";
/// Longest key file read, in bytes: a P-256 key has some 140.
const KEY_BYTES_MAX: u64 = 4096;

/// Why there is no key to sign with.
#[derive(Debug, Error)]
pub enum KeyError {
    #[error("{path} cannot be used: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("{path} does not hold a private key of the curve P-256; delete it to have a new one made")]
    NotAKey { path: PathBuf },
    #[error("no key could be made: {0}")]
    NotMade(String),
}

/// The issuer's signing key.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) signing: EncodingKey,
    /// The public half.
    pub(crate) published: Jwk,
}

impl Key {
    /// A key for as long as the process lives.
    pub(crate) fn fresh() -> Result<Self, KeyError> {
        Self::of(&generated()?).ok_or_else(|| KeyError::NotMade("it cannot sign".to_owned()))
    }

    /// The key kept in a directory, made at the first start, so that people stay signed in over a restart.
    pub(crate) fn kept_in(directory: &Path) -> Result<Self, KeyError> {
        let path = directory.join(FILE);
        let failed = |source| KeyError::File { path: path.clone(), source };
        let bytes = match File::open(&path) {
            Ok(file) => {
                let mut bytes = Vec::new();
                file.take(KEY_BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
                bytes
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let bytes = generated()?;
                write(directory, &path, &bytes).map_err(failed)?;
                bytes
            }
            Err(error) => return Err(failed(error)),
        };
        Self::of(&bytes).ok_or(KeyError::NotAKey { path })
    }

    fn of(pkcs8: &[u8]) -> Option<Self> {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).ok()?;
        let signing = EncodingKey::from_ec_der(pkcs8);
        let mut published = Jwk::from_encoding_key(&signing, Algorithm::ES256).ok()?;
        let id = published.thumbprint(ThumbprintHash::SHA256).ok()?;
        published.common.key_id = Some(id.clone());
        published.common.public_key_use = Some(PublicKeyUse::Signature);
        Some(Self { id, signing, published })
    }
}

fn generated() -> Result<Vec<u8>, KeyError> {
    let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
    pair.map(|pair| pair.as_ref().to_vec()).map_err(|error| KeyError::NotMade(error.to_string()))
}

/// Writes the key for its owner alone: under another name first, so that a half-written key is never read.
fn write(directory: &Path, path: &Path, bytes: &[u8]) -> Result<(), std::io::Error> {
    std::fs::create_dir_all(directory)?;
    let part = path.with_extension("part");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&part, path)?;
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_key_is_the_same_after_a_restart_and_only_its_owner_reads_it() {
        let directory = tempfile::tempdir().unwrap();
        let inside = directory.path().join("data");
        let key = Key::kept_in(&inside).unwrap();
        assert_eq!(Key::kept_in(&inside).unwrap().id, key.id);
        assert_ne!(Key::fresh().unwrap().id, key.id);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(inside.join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_key_is_told_and_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(FILE), b"not a key").unwrap();
        assert!(matches!(Key::kept_in(directory.path()), Err(KeyError::NotAKey { .. })));
        assert_eq!(std::fs::read(directory.path().join(FILE)).unwrap(), b"not a key");
    }
}
