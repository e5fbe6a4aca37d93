use super::{Claim, Finding, Findings};
use crate::{
    Fault, NormalizeError,
    adapter::Adapter,
    candidate::Candidate,
    limits::{CONTEXT_CHARS, QUOTED_BYTES_MIN, QUOTED_TIMES_MAX},
    offsets::Unit,
    text::docx,
};

/// The comments and tracked changes of a Word document. Offsets count bytes of the document's accepted text; where the
/// text was returned in another form, quotes say where.
pub(crate) struct Docx;

impl Adapter for Docx {
    type Output = Findings;

    fn name(&self) -> &'static str {
        "docx"
    }

    fn looked_for(&self) -> &'static str {
        docx::LOOKED_FOR
    }

    fn media_types(&self) -> &'static [&'static str] {
        docx::MEDIA_TYPES
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        docx::recognises(file)
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Findings, NormalizeError> {
        let wrong = |fault| NormalizeError::new(file.role.as_str(), fault);
        let rendered = docx::read(file).map_err(wrong)?;
        let (text, mut all) = (rendered.text, rendered.findings);
        let quoted_bytes_max = QUOTED_BYTES_MIN.max(text.len().saturating_mul(QUOTED_TIMES_MAX));
        let mut quoted_bytes = 0;
        for finding in &mut all {
            finding.claim = claim(&text, finding);
            quoted_bytes += finding.claim.as_ref().map_or(0, |claim| claim.exact().len());
            if quoted_bytes > quoted_bytes_max {
                let fault = Fault::TooMany { what: "bytes of quoted text", most: quoted_bytes_max };
                return Err(wrong(fault));
            }
        }
        Ok(Findings { unit: Unit::Bytes, language: None, text: Some(text), all, repairs: Vec::new() })
    }
}

fn claim(text: &str, finding: &Finding) -> Option<Claim> {
    let (start, end) = finding.span?;
    let (start, end) = (usize::try_from(start).ok()?, usize::try_from(end).ok()?);
    let before = text[..start].char_indices().rev().take(CONTEXT_CHARS).last();
    let after = text[end..].char_indices().nth(CONTEXT_CHARS);
    let from = before.map_or(start, |(at, _)| at);
    let to = after.map_or(text.len(), |(at, _)| end + at);
    Some(Claim::new(&text[start..end], &text[from..start], &text[end..to]))
}
