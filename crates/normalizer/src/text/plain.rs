use super::{
    is_text,
    layout::RenderedBlock,
    rendered::{Rendered, Segment},
};
use crate::{
    Fault, NormalizeError, adapter::Adapter, candidate::Candidate, limits::BLOCKS_MAX, schema::BlockKind,
    source::Source,
};
use std::sync::Arc;

/// Plain text: kept as it is; paragraphs are what blank lines separate.
pub(crate) struct Plain;

impl Adapter for Plain {
    type Output = Rendered;

    fn name(&self) -> &'static str {
        "plain-text"
    }

    fn looked_for(&self) -> &'static str {
        "plain text"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["text/plain"]
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        is_text(file)
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Rendered, NormalizeError> {
        let wrong = |fault| NormalizeError::new(file.role.as_str(), fault);
        let source = Source::of(file).map_err(wrong)?;
        let text = Arc::clone(&source.text);
        let blocks = paragraphs(&text);
        if blocks.len() > BLOCKS_MAX {
            return Err(wrong(Fault::TooMany { what: "blocks", most: BLOCKS_MAX }));
        }
        let segments = vec![Segment::whole(&text).into()];
        Ok(Rendered { source, text, blocks, segments, findings: Vec::new(), view: None })
    }
}

fn paragraphs(text: &str) -> Vec<RenderedBlock> {
    let mut blocks: Vec<RenderedBlock> = Vec::new();
    let (mut at, mut after_blank) = (0, true);
    for line in text.split_inclusive('\n') {
        // One too many is enough to be refused.
        if blocks.len() > BLOCKS_MAX {
            break;
        }
        let blank = line.trim().is_empty();
        let end = at + line.trim_end().len();
        match blocks.last_mut() {
            _ if blank => {}
            Some(last) if !after_blank => last.span.end = end,
            _ => {
                let span = at..end;
                blocks.push(RenderedBlock { kind: BlockKind::Paragraph, level: None, ordinal: None, span });
            }
        }
        after_blank = blank;
        at += line.len();
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_separate_paragraphs() {
        let text = "\n one\ntwo \n \n\nthree";
        let found: Vec<_> = paragraphs(text).into_iter().map(|block| &text[block.span]).collect();
        assert_eq!(found, [" one\ntwo", "three"]);
        assert!(paragraphs(" \n\n").is_empty());
    }
}
