//! PDF: encrypted if the trailer or the cross-reference stream says so (ISO 32000-1, 7.5.5, 7.5.8 and 7.6.1).

use super::Source;
use document::{Code, Failure};
use edge::Trouble;

/// How much of the end is read, in bytes: the trailer lies in the last kilobyte of a regular file, and
/// some programs append a little of their own.
const TAIL_BYTES_MAX: u64 = 16 * 1024;
/// How much is read where the cross-reference stream begins, in bytes: its dictionary stands first.
const DICTIONARY_BYTES_MAX: u64 = 4 * 1024;

pub(super) async fn inspect(source: &impl Source, size: u64) -> Result<Result<(), Failure>, Trouble> {
    let length = size.min(TAIL_BYTES_MAX);
    let tail = source.read(size - length, length).await?;
    let encrypted = if let Some(trailer) = rfind(&tail, b"trailer") {
        names_encrypt(&tail[trailer..])
    } else if let Some(at) = cross_reference(&tail).filter(|&at| at < size) {
        let start = source.read(at, (size - at).min(DICTIONARY_BYTES_MAX)).await?;
        let dictionary = find(&start, b"stream").map_or(&start[..], |end| &start[..end]);
        names_encrypt(dictionary)
    } else {
        false
    };
    Ok(if encrypted { Err(Failure::new(Code::FileEncrypted)) } else { Ok(()) })
}

/// The offset that stands after the last `startxref`.
fn cross_reference(tail: &[u8]) -> Option<u64> {
    const WORD: &[u8] = b"startxref";
    let after = &tail[rfind(tail, WORD)? + WORD.len()..];
    let digits =
        after.iter().skip_while(|byte| byte.is_ascii_whitespace()).take_while(|byte| byte.is_ascii_digit());
    // Twenty digits hold any 64-bit number; a longer run is none.
    let digits: String = digits.take(21).map(|&byte| char::from(byte)).collect();
    digits.parse().ok()
}

/// Whether a dictionary has the key `/Encrypt`, and not only a longer one that begins like it.
fn names_encrypt(dictionary: &[u8]) -> bool {
    const KEY: &[u8] = b"/Encrypt";
    let mut rest = dictionary;
    while let Some(at) = find(rest, KEY) {
        rest = &rest[at + KEY.len()..];
        if rest.first().is_some_and(|next| next.is_ascii_whitespace() || b"<[(/".contains(next)) {
            return true;
        }
    }
    false
}

fn rfind(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).rposition(|window| window == needle)
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::{super::tests::Memory, *};

    #[tokio::test]
    async fn encryption_is_found_in_both_forms_of_the_trailer() {
        let check = async |bytes: &str, encrypted: bool| {
            let source = Memory::new(bytes);
            let outcome = inspect(&source, source.size()).await.unwrap();
            assert_eq!(outcome.is_err(), encrypted, "{bytes}");
        };
        check("%PDF-1.4\ntrailer\n<< /Root 1 0 R /Encrypt 5 0 R >>\nstartxref\n9\n%%EOF\n", true).await;
        check("%PDF-1.4\ntrailer\n<</Encrypt<</Filter/Standard>>>>\nstartxref\n9\n%%EOF\n", true).await;
        check("%PDF-1.4\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n", false).await;
        check("%PDF-1.4\ntrailer\n<< /EncryptMetadata true >>\nstartxref\n9\n%%EOF\n", false).await;
        check(
            "%PDF-1.5\n7 0 obj\n<< /Type/XRef /Encrypt 5 0 R >>\nstream\nx\nendstream\nstartxref\n9\n%%EOF",
            true,
        )
        .await;
        check(
            "%PDF-1.5\n7 0 obj\n<< /Type/XRef >>\nstream\n/Encrypt 5\nendstream\nstartxref\n9\n%%EOF",
            false,
        )
        .await;
        check("%PDF-1.5\nstartxref\n99999999999999999999999999\n%%EOF", false).await;
        check("%PDF-1.5\nstartxref\n5000\n%%EOF", false).await;
        check("%PDF-1.7", false).await;
    }

    #[tokio::test]
    async fn a_bounded_part_of_the_file_is_read() {
        let encrypted = async |file: String| {
            let source = Memory::new(file);
            inspect(&source, source.size()).await.unwrap().is_err()
        };
        let trailer = "trailer <</Encrypt 5 0 R>>";
        for (past, expect) in [(-1, true), (0, true), (1, false)] {
            let distance = usize::try_from(TAIL_BYTES_MAX).unwrap().saturating_add_signed(past);
            let padding = " ".repeat(distance - trailer.len());
            assert_eq!(encrypted(format!("%PDF-1.4\n{trailer}{padding}")).await, expect, "{past}");
            let room = usize::try_from(DICTIONARY_BYTES_MAX).unwrap().saturating_add_signed(past);
            let dictionary = format!("{}/Encrypt ", " ".repeat(room - "/Encrypt ".len()));
            let tail = " ".repeat(usize::try_from(TAIL_BYTES_MAX).unwrap());
            assert_eq!(encrypted(format!("{dictionary}{tail}startxref\n0\n%%EOF")).await, expect, "{past}");
        }
    }
}
