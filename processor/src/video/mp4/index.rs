use crate::fault::Fault;
use mp4_atom::{Decode as _, FourCC, Header};

/// The boxes directly inside a body. Eight zero bytes or less at the end are `QuickTime`'s terminator.
pub(super) fn children(mut body: &[u8]) -> Result<Vec<(FourCC, &[u8])>, Fault> {
    let mut found = Vec::new();
    while body.len() >= 8 {
        let mut rest = body;
        let header = Header::decode(&mut rest).map_err(Fault::malformed)?;
        let size = header.size.unwrap_or(rest.len());
        if size > rest.len() {
            return Err(Fault::Truncated("a box in its index is cut off"));
        }
        let (inside, after) = rest.split_at(size);
        found.push((header.kind, inside));
        body = after;
    }
    Ok(found)
}

/// The first box of a kind along a path of kinds.
pub(super) fn find<'a>(body: &'a [u8], path: &[&[u8; 4]]) -> Result<Option<&'a [u8]>, Fault> {
    let mut at = body;
    for kind in path {
        match children(at)?.into_iter().find(|(found, _)| *found == FourCC::new(kind)) {
            Some((_, inside)) => at = inside,
            None => return Ok(None),
        }
    }
    Ok(Some(at))
}

/// Ticks of a scale as milliseconds; 0 where the scale is missing or the duration is unknown (all ones).
pub(super) fn milliseconds(ticks: u64, scale: u64) -> u64 {
    if scale == 0 || ticks == u64::MAX || ticks == u64::from(u32::MAX) {
        return 0;
    }
    u64::try_from(u128::from(ticks) * 1000 / u128::from(scale)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_found_and_cut_ones_told() {
        let body = b"\0\0\0\x11trak\0\0\0\x09tkhdx\0\0\0\0";
        assert_eq!(find(body, &[b"trak", b"tkhd"]).unwrap(), Some(&b"x"[..]));
        assert_eq!(find(body, &[b"trak", b"mdia"]).unwrap(), None);
        assert_eq!(children(b"\0\0\0\x0Atrak").unwrap_err().code(), "file-damaged");
        assert_eq!(milliseconds(90_000, 1_000), 90_000);
        assert_eq!(milliseconds(1, 0), 0);
    }
}
