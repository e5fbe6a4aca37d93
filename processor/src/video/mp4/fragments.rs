use super::{
    index::{children, find},
    track::Track,
};
use crate::fault::Fault;
use mp4_atom::{Atom as _, FourCC, Header, ReadFrom as _, Tfhd, Trex, Trun, TrunSamples};
use std::{
    collections::HashMap,
    fs::File,
    io::{BufReader, Read as _, Seek as _, SeekFrom},
};

/// A fragment describes a few seconds.
const FRAGMENT_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// A day in fragments of a tenth of a second.
const FRAGMENTS_MAX: usize = 864_000;

/// What the fragments add to a track.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    samples: u64,
    ticks: u64,
}

/// Adds what lies in fragments (ISO/IEC 14496-12, 8.8) to tracks whose index is empty, as streaming recorders write it.
pub(super) fn add(file: &mut BufReader<File>, index: &[u8], tracks: &mut [Track]) -> Result<(), Fault> {
    let Some(extends) = find(index, &[b"mvex"])? else { return Ok(()) };
    let mut usual = HashMap::new();
    for (kind, body) in children(extends)? {
        if kind == Trex::KIND {
            let track = Trex::decode_body(&mut &*body).map_err(Fault::malformed)?;
            usual.insert(track.track_id, track.default_sample_duration);
        }
    }
    let sums = sums(file, &usual)?;
    for track in tracks {
        if let Some(sum) = sums.get(&track.id) {
            track.extend(sum.samples, sum.ticks);
        }
    }
    Ok(())
}

fn sums(file: &mut BufReader<File>, usual: &HashMap<u32, u32>) -> Result<HashMap<u32, Sum>, Fault> {
    let length = file.get_ref().metadata()?.len();
    let mut sums: HashMap<u32, Sum> = HashMap::new();
    let (mut position, mut seen) = (0, 0);
    while position < length {
        file.seek(SeekFrom::Start(position))?;
        let header = Header::read_from(file).map_err(Fault::malformed)?;
        let start = file.stream_position()?;
        let size = header.size.map_or(length - start, |size| size as u64).min(length - start);
        if header.kind == FourCC::new(b"moof") {
            seen += 1;
            if size > FRAGMENT_BYTES_MAX || seen > FRAGMENTS_MAX {
                return Err(Fault::TooLarge("its fragments are too many or too long".into()));
            }
            let mut body = Vec::new();
            file.take(size).read_to_end(&mut body)?;
            for (_, part) in children(&body)?.into_iter().filter(|(kind, _)| *kind == FourCC::new(b"traf")) {
                add_part(part, usual, &mut sums)?;
            }
        }
        position = start + size;
    }
    Ok(sums)
}

fn add_part(part: &[u8], usual: &HashMap<u32, u32>, sums: &mut HashMap<u32, Sum>) -> Result<(), Fault> {
    let header =
        find(part, &[b"tfhd"])?.ok_or_else(|| Fault::Malformed("a fragment has no header".into()))?;
    let header = Tfhd::decode_body(&mut &*header).map_err(Fault::malformed)?;
    let usual = header.default_sample_duration.or_else(|| usual.get(&header.track_id).copied());
    let usual = u64::from(usual.unwrap_or(0));
    let sum = sums.entry(header.track_id).or_default();
    for (_, body) in children(part)?.into_iter().filter(|(kind, _)| *kind == Trun::KIND) {
        let (samples, ticks) = match Trun::decode_body(&mut &*body).map_err(Fault::malformed)?.samples {
            TrunSamples::Inherited { count, .. } => (u64::from(count), u64::from(count) * usual),
            TrunSamples::Explicit(entries) => {
                let ticks = entries.iter().map(|entry| entry.duration.map_or(usual, u64::from)).sum();
                (entries.len() as u64, ticks)
            }
        };
        sum.samples = sum.samples.saturating_add(samples);
        sum.ticks = sum.ticks.saturating_add(ticks);
    }
    Ok(())
}
