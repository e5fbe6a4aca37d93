use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use rust_embed::RustEmbed;
use std::{
    borrow::Cow,
    collections::BTreeMap,
    io::Write as _,
    sync::{Mutex, PoisonError},
};

/// Files shorter than this, in bytes, are sent as they are: a packet takes as long half full.
const GZIP_BYTES_MIN: usize = 1024;

#[derive(RustEmbed)]
#[folder = "../../web"]
struct Web;

/// What was compressed, by path, with the hash of what it was made of. There are as many as there are files.
static COMPRESSED: Mutex<BTreeMap<String, ([u8; 32], Bytes)>> = Mutex::new(BTreeMap::new());

/// A file of the pages.
pub(super) struct File {
    path: String,
    pub(super) media_type: &'static str,
    hash: [u8; 32],
    bytes: Bytes,
}

impl File {
    /// The file at this path below `web/`, if it is of a type that pages are made of.
    pub(super) fn find(path: &str) -> Option<Self> {
        let media_type = media_type(path)?;
        let file = Web::get(path)?;
        let bytes = match file.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => bytes.into(),
        };
        Some(Self { path: path.to_owned(), media_type, hash: file.metadata.sha256_hash(), bytes })
    }

    /// Weak: the same file is sent compressed and as it is.
    pub(super) fn tag(&self) -> String {
        format!("W/\"{}\"", hex::encode(&self.hash[..16]))
    }

    /// The bytes to send and the name of their coding, if they have one.
    pub(super) fn encoded(&self, gzip: bool) -> (Option<&'static str>, Bytes) {
        let compressible = ["text/", "image/svg", "application/json"];
        let worth = compressible.iter().any(|start| self.media_type.starts_with(start));
        if !gzip || !worth || self.bytes.len() < GZIP_BYTES_MIN {
            return (None, self.bytes.clone());
        }
        match self.compressed() {
            Some(compressed) => (Some("gzip"), compressed),
            None => (None, self.bytes.clone()),
        }
    }

    /// Compressed once for all who ask.
    fn compressed(&self) -> Option<Bytes> {
        let mut known = COMPRESSED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, bytes)) = known.get(&self.path).filter(|(hash, _)| *hash == self.hash) {
            return Some(bytes.clone());
        }
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&self.bytes).ok()?;
        let bytes = Bytes::from(encoder.finish().ok()?);
        known.insert(self.path.clone(), (self.hash, bytes.clone()));
        Some(bytes)
    }
}

fn media_type(path: &str) -> Option<&'static str> {
    let (_, extension) = path.rsplit_once('.')?;
    Some(match extension {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn what_was_compressed_is_what_there_was() {
        let file = File::find("index.html").unwrap();
        let (coding, bytes) = file.encoded(true);
        assert_eq!((coding, file.encoded(true).1.as_ptr()), (Some("gzip"), bytes.as_ptr()), "made once");
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&*bytes).read_to_end(&mut unpacked).unwrap();
        assert_eq!((unpacked, file.encoded(false).0), (file.bytes.to_vec(), None));
    }

    #[test]
    fn only_files_of_the_pages_are_there() {
        for path in ["", "index", "../Cargo.toml", "../README.html", "/index.html", "nothing.js", "a\0.js"] {
            assert!(File::find(path).is_none(), "{path:?}");
        }
    }
}
