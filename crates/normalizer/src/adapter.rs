use crate::{Fault, NormalizeError, candidate::Candidate};

/// One format of one role. A new format is one file with one of these, and one line in its role's list.
pub(crate) trait Adapter: Sync {
    /// What reading gives: the same for all formats of a role.
    type Output;

    /// The name under which provenance records it, for example `markdown`.
    fn name(&self) -> &'static str;

    /// What a person is told was looked for.
    fn looked_for(&self) -> &'static str;

    /// The media types under which the format may be announced, lower case, without parameters.
    fn media_types(&self) -> &'static [&'static str];

    /// Whether the content looks like this format. Cheap, and never an error.
    fn recognises(&self, file: &Candidate<'_>) -> bool;

    /// Reads the whole file.
    fn read(&self, file: &Candidate<'_>) -> Result<Self::Output, NormalizeError>;
}

/// The adapters of one role, in the order in which they are asked.
pub(crate) type Adapters<T> = &'static [&'static dyn Adapter<Output = T>];

/// The version of all adapters together: goes up when the same input gives another output.
pub(crate) const VERSION: &str = "2";

/// The format that a file turned out to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// The adapter's name, for example `web-vtt`.
    pub adapter: &'static str,
    /// The adapters' version.
    pub version: &'static str,
}

pub(crate) fn describe<T>(adapter: &dyn Adapter<Output = T>) -> Recognised {
    Recognised { adapter: adapter.name(), version: VERSION }
}

/// The adapter for a file: by content first; where several recognise it, by media type.
pub(crate) fn choose<T>(
    adapters: Adapters<T>,
    file: &Candidate<'_>,
) -> Result<&'static dyn Adapter<Output = T>, NormalizeError> {
    let essence = file.essence();
    let mut found: Option<&'static dyn Adapter<Output = T>> = None;
    for adapter in adapters.iter().filter(|adapter| adapter.recognises(file)) {
        if adapter.media_types().contains(&essence.as_str()) {
            return Ok(*adapter);
        }
        found = found.or(Some(*adapter));
    }
    found.ok_or_else(|| {
        let looked_for: Vec<_> = adapters.iter().map(|adapter| adapter.looked_for()).collect();
        NormalizeError::new(file.role.as_str(), Fault::Unrecognised { looked_for: looked_for.join(", ") })
    })
}

/// Recognises a file, compares its format with the announced media type, and reads it whole.
pub(crate) fn read<T>(
    adapters: Adapters<T>,
    file: &Candidate<'_>,
) -> Result<(T, Recognised), NormalizeError> {
    let adapter = choose(adapters, file)?;
    if !adapter.media_types().contains(&file.essence().as_str()) {
        let announced = file.media_type.chars().take(100).collect();
        let fault = Fault::NotAsAnnounced { announced, found: adapter.looked_for() };
        return Err(NormalizeError::new(file.role.as_str(), fault));
    }
    Ok((adapter.read(file)?, describe(adapter)))
}

/// Reads a file with the adapter of this name, whether it recognises the file or not.
pub(crate) fn read_as<T>(
    adapters: Adapters<T>,
    name: &str,
    file: &Candidate<'_>,
) -> Option<Result<(), NormalizeError>> {
    let adapter = adapters.iter().find(|adapter| adapter.name() == name)?;
    Some(adapter.read(file).map(drop))
}

/// As [`read`], for the proof alone.
pub(crate) fn check<T>(adapters: Adapters<T>, file: &Candidate<'_>) -> Result<Recognised, NormalizeError> {
    read(adapters, file).map(|(_, recognised)| recognised)
}
