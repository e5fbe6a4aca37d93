//! MP4 and `QuickTime` (ISO/IEC 14496-12): the boxes that describe the tracks, and the samples of the text track.

mod fragments;
mod index;
mod text;
mod track;

use super::{captions::Cue, probe::Container, probe::Probe};
use crate::fault::Fault;
use mp4_atom::{Atom as _, FourCC, Header, Mvhd, ReadFrom as _};
use std::{
    fs::File,
    io::{BufReader, Read as _, Seek as _, SeekFrom},
};
use track::Track;

/// The index of a day of video is some 50 MiB.
const INDEX_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Cameras write some ten tracks.
const TRACKS_MAX: usize = 64;

/// ffprobe's name for the whole family.
const FORMAT_NAME: &str = "mov,mp4,m4a,3gp,3g2,mj2";

/// What is in the file, and the cues of its first text track if it has one.
pub(super) fn read(file: File) -> Result<(Probe, Option<Vec<Cue>>), Fault> {
    let mut file = BufReader::new(file);
    let index = find_index(&mut file)?;
    let header = index::find(&index, &[b"mvhd"])?;
    let header = header.ok_or_else(|| Fault::Malformed("its index has no header".into()))?;
    let movie = Mvhd::decode_body(&mut &*header).map_err(Fault::malformed)?;
    let scale = u64::from(movie.timescale);
    let movie_ms = index::milliseconds(movie.duration, scale);
    let boxes = index::children(&index)?;
    let tracks = boxes.iter().filter(|(kind, _)| *kind == FourCC::new(b"trak")).take(TRACKS_MAX);
    let mut tracks: Vec<Track> =
        tracks.map(|(_, body)| Track::read(body, scale)).collect::<Result<_, _>>()?;
    if movie_ms == 0 {
        fragments::add(&mut file, &index, &mut tracks)?;
    }
    let longest_ms = tracks.iter().map(|track| track.duration_ms).max().unwrap_or(0);
    let duration_ms = if movie_ms > 0 { movie_ms } else { longest_ms };
    let streams = tracks.iter().enumerate().map(|(index, track)| track.stream(index)).collect();
    let cues = match tracks.iter().find(|track| track.is_text()) {
        Some(track) => Some(text::cues(track, &mut file)?),
        None => None,
    };
    Ok((Probe { streams, format: Container::new(FORMAT_NAME, duration_ms) }, cues))
}

/// Reads the body of `moov`, wherever it lies.
fn find_index(file: &mut BufReader<File>) -> Result<Vec<u8>, Fault> {
    let length = file.get_ref().metadata()?.len();
    let mut position = 0;
    while position < length {
        file.seek(SeekFrom::Start(position))?;
        let header = Header::read_from(file).map_err(Fault::malformed)?;
        let start = file.stream_position()?;
        let size = header.size.map_or(length - start, |size| size as u64);
        if start.checked_add(size).is_none_or(|end| end > length) {
            return Err(Fault::Truncated("its last box is cut off"));
        }
        if header.kind == FourCC::new(b"moov") {
            if size > INDEX_BYTES_MAX {
                return Err(Fault::TooLarge(format!("its index has more than {INDEX_BYTES_MAX} bytes")));
            }
            let mut body = Vec::new();
            file.take(size).read_to_end(&mut body)?;
            return Ok(body);
        }
        position = start + size;
    }
    Err(Fault::Truncated("it has no index (moov)"))
}
