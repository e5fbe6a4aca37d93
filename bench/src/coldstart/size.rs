use anyhow::{Context as _, ensure};
use std::{
    fs,
    io::{Cursor, Write as _},
    path::Path,
};
use tokio::process::Command;
use zip::{ZipWriter, write::SimpleFileOptions};

/// How large a binary is as it is deployed, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    /// Without symbols.
    pub(super) stripped: u64,
    /// In a zip file by itself, deflated, as Lambda takes it.
    pub(super) zipped: u64,
}

/// Weighs a copy of the binary in `scratch`.
pub(super) async fn weigh(binary: &Path, scratch: &Path) -> anyhow::Result<Size> {
    let copy = scratch.join("bootstrap");
    let stripped = Command::new("strip").arg("-o").arg(&copy).arg(binary).status().await;
    let stripped = stripped.context("strip cannot be run; it is part of GNU binutils")?;
    ensure!(stripped.success(), "{} cannot be stripped", binary.display());
    let bytes = fs::read(&copy)?;
    fs::remove_file(&copy)?;
    Ok(Size { stripped: bytes.len() as u64, zipped: zipped(&bytes)? })
}

fn zipped(bytes: &[u8]) -> anyhow::Result<u64> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("bootstrap", SimpleFileOptions::default().unix_permissions(0o755))?;
    zip.write_all(bytes)?;
    Ok(zip.finish()?.into_inner().len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zip_is_smaller_than_what_repeats_itself() {
        let bytes = vec![7; 100_000];
        assert!((50..1000).contains(&zipped(&bytes).unwrap()));
    }
}
