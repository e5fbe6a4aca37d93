use crate::{Code, Problem};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use document::{DocumentId, Moment};

/// Longest cursor read, in bytes: four places need about 350.
const CURSOR_BYTES_MAX: usize = 1024;

/// A row's place in the order of an index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    pub(crate) at: Moment,
    pub(crate) document_id: DocumentId,
}

/// How far a walk has come in one partition.
///
/// A cursor is the places of a walk's partitions, and never names the partitions themselves: those follow from who asks,
/// so a cursor changed by hand leads nowhere that its owner may not go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Start,
    After(Mark),
    End,
}

impl Place {
    pub(crate) fn mark(&self) -> Option<&Mark> {
        match self {
            Self::After(mark) => Some(mark),
            Self::Start | Self::End => None,
        }
    }

    /// An opaque word for these places in a list of this name.
    pub(crate) fn write_all(places: &[Self], list: &str) -> String {
        let written = places.iter().map(|place| match place {
            Self::Start => "start".to_owned(),
            Self::After(Mark { at, document_id }) => format!("{}.{document_id}", at.as_millis()),
            Self::End => "end".to_owned(),
        });
        URL_SAFE_NO_PAD.encode(format!("{list},{}", written.collect::<Vec<_>>().join(",")))
    }

    /// Reads what [`Self::write_all`] wrote for this list and so many partitions; anything else is malformed.
    pub(crate) fn read_all(cursor: &str, list: &str, count: usize) -> Result<Vec<Self>, Problem> {
        let read = || {
            let bytes = URL_SAFE_NO_PAD.decode(cursor).ok().filter(|_| cursor.len() <= CURSOR_BYTES_MAX)?;
            let text = String::from_utf8(bytes).ok()?;
            let places = text.strip_prefix(list)?.strip_prefix(',')?.split(',').map(Self::read);
            places.collect::<Option<Vec<_>>>().filter(|places| places.len() == count)
        };
        read().ok_or_else(|| Problem::new(Code::CursorMalformed))
    }

    fn read(text: &str) -> Option<Self> {
        match text {
            "start" => Some(Self::Start),
            "end" => Some(Self::End),
            _ => {
                let (at, document_id) = text.split_once('.')?;
                let at = Moment::from_millis(at.parse().ok()?);
                Some(Self::After(Mark { at, document_id: document_id.parse().ok()? }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let document_id = DocumentId::mint(Moment::from_millis(5), [7; 10]);
        let mark = Mark { at: Moment::from_millis(-1), document_id };
        let places = [Place::Start, Place::After(mark), Place::End];
        let cursor = Place::write_all(&places, "by-status");
        assert_eq!(Place::read_all(&cursor, "by-status", 3), Ok(places.to_vec()));
    }

    #[test]
    fn anything_else_is_malformed() {
        let good = Place::write_all(&[Place::Start], "by-school");
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        for odd in [
            "",
            "!",
            "AAAA",
            &good[1..],
            &format!("{good}="),
            &encode("by-school"),
            &encode("by-school,"),
            &encode("by-teacher,start"),
            &encode("by-school,start,start"),
            &encode("by-school,1.not-an-id"),
            &encode("by-school,99999999999999999999.018f2f6e-7c1a-7000-8000-0123456789ab"),
            &"A".repeat(CURSOR_BYTES_MAX + 4),
        ] {
            let refused = Place::read_all(odd, "by-school", 1).unwrap_err();
            assert_eq!(refused.code(), "cursor-malformed", "{odd}");
        }
    }
}
