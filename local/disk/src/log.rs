//! SQLite's write-ahead log, read as its file format says (sqlite.org/fileformat2.html, section 4).
//!
//! SQLite takes the first frame whose checksum is wrong for the end of the log. That is right after a loss of power, which
//! tears at most the one commit that was not synced. It is wrong for a log that was damaged further up: commits that were
//! acknowledged would vanish without a word.

const HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
/// Without its lowest bit, which says in which byte order checksums are made.
const MAGIC: u32 = 0x377f_0682;

/// Whether more is broken than one commit that was being written.
pub(crate) fn is_damaged(log: &[u8]) -> bool {
    if log.len() <= HEADER_BYTES {
        return false;
    }
    let Some(header) = Header::read(log) else {
        // Its header is synced before the first frame is written.
        return log[HEADER_BYTES..].iter().any(|byte| *byte != 0);
    };
    let mut seed = Some(header.sum);
    let mut commits_behind_a_gap = 0;
    let mut whole = true;
    for frame in log[HEADER_BYTES..].chunks_exact(FRAME_HEADER_BYTES + header.page_bytes) {
        if frame[8..16] != log[16..24] {
            // A frame of an earlier round, or a broken one.
            (seed, whole, commits_behind_a_gap) = (None, false, 0);
            continue;
        }
        let stored = (number(frame, 16), number(frame, 20));
        let sum =
            seed.map(|seed| header.sum_up(header.sum_up(seed, &frame[..8]), &frame[FRAME_HEADER_BYTES..]));
        if sum != Some(stored) {
            (whole, commits_behind_a_gap) = (false, 0);
        } else if !whole && number(frame, 4) != 0 {
            // Its sum goes on from the frame before, so the two were written one after the other.
            commits_behind_a_gap += 1;
        }
        if commits_behind_a_gap > 1 {
            return true;
        }
        seed = Some(stored);
    }
    false
}

type Sum = (u32, u32);

struct Header {
    page_bytes: usize,
    big_endian: bool,
    sum: Sum,
}

impl Header {
    fn read(log: &[u8]) -> Option<Self> {
        let magic = number(log, 0);
        let page_bytes = number(log, 8) as usize;
        let header = Self { page_bytes, big_endian: magic & 1 == 1, sum: (number(log, 24), number(log, 28)) };
        let sound = magic & !1 == MAGIC
            && (512..=65_536).contains(&page_bytes)
            && page_bytes.is_power_of_two()
            && header.sum_up((0, 0), &log[..24]) == header.sum;
        sound.then_some(header)
    }

    fn sum_up(&self, (mut first, mut second): Sum, bytes: &[u8]) -> Sum {
        let word = |bytes: &[u8]| {
            let number = number(bytes, 0);
            if self.big_endian { number } else { number.swap_bytes() }
        };
        for pair in bytes.chunks_exact(8) {
            first = first.wrapping_add(word(&pair[..4])).wrapping_add(second);
            second = second.wrapping_add(word(&pair[4..])).wrapping_add(first);
        }
        (first, second)
    }
}

/// The big-endian number at `offset`.
fn number(bytes: &[u8], offset: usize) -> u32 {
    let mut four = [0; 4];
    four.copy_from_slice(&bytes[offset..offset + 4]);
    u32::from_be_bytes(four)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    /// A log of eight commits, as SQLite writes it.
    fn log() -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("any.sqlite");
        let connection = Connection::open(&file).unwrap();
        connection.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (text);").unwrap();
        for text in ["a", "b", "c", "d", "e", "f", "g"] {
            connection.execute("INSERT INTO t VALUES (?1)", [text]).unwrap();
        }
        std::fs::read(folder.path().join("any.sqlite-wal")).unwrap()
    }

    const FRAME: usize = FRAME_HEADER_BYTES + 4096;

    #[test]
    fn a_whole_log_and_a_torn_one_are_sound() {
        let log = log();
        let frames = (log.len() - HEADER_BYTES) / FRAME;
        assert!(frames >= 8 && !is_damaged(&log));
        assert!(!is_damaged(&[]) && !is_damaged(&log[..HEADER_BYTES]));
        for cut in [1, 100, FRAME, FRAME + 30] {
            assert!(!is_damaged(&log[..log.len() - cut]), "{cut}");
        }
        let mut torn = log.clone();
        let last = HEADER_BYTES + (frames - 1) * FRAME;
        torn[last + 1000..].fill(0xAA);
        assert!(!is_damaged(&torn), "the last commit was not synced");
    }

    #[test]
    fn a_log_that_is_damaged_further_up_is_told_from_a_torn_one() {
        let log = log();
        for offset in
            [HEADER_BYTES + 3, HEADER_BYTES + 12, HEADER_BYTES + 500, HEADER_BYTES + 2 * FRAME + 4000]
        {
            let mut damaged = log.clone();
            damaged[offset] ^= 1;
            assert!(is_damaged(&damaged), "{offset}");
        }
        let mut headless = log;
        headless[..HEADER_BYTES].fill(0);
        assert!(is_damaged(&headless));
    }

    #[test]
    fn what_two_torn_logs_left_behind_is_no_damage() {
        let log = log();
        let mut twice = log.clone();
        // The second tear begins where other frames of the same round lie behind.
        let middle = HEADER_BYTES + 3 * FRAME;
        twice[middle + 30] ^= 1;
        let end = middle + 2 * FRAME;
        twice.truncate(end);
        assert!(!is_damaged(&twice));
    }
}
