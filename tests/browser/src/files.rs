//! Files to hand in.

use anyhow::{Context as _, Result};
use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
};

const MIB: u64 = 1024 * 1024;

/// A file of the folder `samples`.
pub(crate) fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(name)
}

/// What a file of the folder `samples` holds.
pub(crate) fn sample_bytes(name: &str) -> Result<Vec<u8>> {
    let path = sample(name);
    std::fs::read(&path).with_context(|| path.display().to_string())
}

/// A lesson plan in Markdown with two mistakes in it.
pub(crate) fn plan(heading: &str, about: &str) -> Vec<u8> {
    format!(
        "# {heading}\n\nToday the class works on {about}. Pupils recieve a worksheet.\n\n## Goals\n\n- Maps\n- Atlases\n\n\
         Their are enough pencils in the cupboard. Every pupil reads a page aloud and tells the others what it says.\n"
    )
    .into_bytes()
}

/// A lesson plan of about `bytes` bytes, a mistake in every paragraph.
pub(crate) fn long_plan(bytes: usize) -> Vec<u8> {
    const LESSON: &str = "\n## A lesson\n\nThe class looks at a map. Pupils recieve a worksheet about rivers, lakes and seas, and \
                          compare what they found with their neighbours. They write down the names of ten places.\n";
    format!("# A long plan\n{}", LESSON.repeat(bytes / LESSON.len())).into_bytes()
}

/// Writes a file into a folder.
pub(crate) fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join(name);
    std::fs::write(&path, bytes).with_context(|| path.display().to_string())?;
    Ok(path)
}

/// The sample video, made `mebibytes` larger by a box of random bytes that every player passes over (ISO/IEC 14496-12, `free`).
pub(crate) fn large_video(folder: &Path, name: &str, mebibytes: u64) -> Result<PathBuf> {
    let path = write(folder, name, &sample_bytes("lesson.mp4")?)?;
    let mut file = File::options().append(true).open(&path)?;
    let size = mebibytes * MIB;
    // A size of 1 says that the size follows in eight bytes.
    file.write_all(&1_u32.to_be_bytes())?;
    file.write_all(b"free")?;
    file.write_all(&(16 + size).to_be_bytes())?;
    let mut random = fastrand::Rng::with_seed(mebibytes);
    let mut block = vec![0; usize::try_from(MIB)?];
    for _ in 0..mebibytes {
        random.fill(&mut block);
        file.write_all(&block)?;
    }
    Ok(path)
}
