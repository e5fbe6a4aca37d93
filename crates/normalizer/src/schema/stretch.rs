use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, ops::Deref, ops::Range, sync::Arc};

/// A stretch of a text that is kept once, however many quote it. It is written as the string that it is.
///
/// Texts are bounded to a few mebibytes, so that their bytes can be counted in 32 bits.
#[derive(Clone, Default)]
pub struct Stretch {
    whole: Arc<String>,
    start: u32,
    end: u32,
}

impl Stretch {
    /// These bytes of a text.
    pub(crate) fn of(whole: &Arc<String>, bytes: Range<usize>) -> Self {
        let [start, end] = [bytes.start, bytes.end].map(|at| u32::try_from(at).unwrap_or(u32::MAX));
        Self { whole: Arc::clone(whole), start, end }
    }

    /// The whole of a text.
    pub(crate) fn whole(text: &Arc<String>) -> Self {
        Self::of(text, 0..text.len())
    }

    /// What stands there.
    pub fn as_str(&self) -> &str {
        &self.whole[self.start as usize..self.end as usize]
    }
}

impl Deref for Stretch {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for Stretch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(out)
    }
}

impl fmt::Display for Stretch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(out)
    }
}

impl PartialEq for Stretch {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Stretch {}

impl PartialEq<&str> for Stretch {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<Stretch> for String {
    fn eq(&self, other: &Stretch) -> bool {
        self == other.as_str()
    }
}

impl Serialize for Stretch {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Stretch {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        u32::try_from(text.len()).map_err(|_| D::Error::custom("a text of more than four gibibytes"))?;
        Ok(Self::whole(&Arc::new(text)))
    }
}
