//! The text of `Fn::Sub`, taken apart.

/// A piece of such a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'text> {
    /// Characters that stand for themselves.
    Literal(&'text str),
    /// `${Name}`.
    Variable(&'text str),
    /// `${!Name}`, which gives `${Name}`.
    Escaped(&'text str),
}

/// Takes a text apart. `None` if a `${` is never closed or closed over nothing.
pub(crate) fn pieces(text: &str) -> Option<Vec<Piece<'_>>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (inner, tail) = after.split_once('}')?;
        if !before.is_empty() {
            pieces.push(Piece::Literal(before));
        }
        match inner.strip_prefix('!') {
            Some(escaped) => pieces.push(Piece::Escaped(escaped)),
            None if inner.is_empty() => return None,
            None => pieces.push(Piece::Variable(inner)),
        }
        rest = tail;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    Some(pieces)
}

#[cfg(test)]
mod tests {
    use super::Piece::{Escaped, Literal, Variable};
    use super::*;

    #[test]
    fn a_text_is_taken_apart() {
        for (text, expect) in [
            ("", Some(vec![])),
            ("plain $ {x}", Some(vec![Literal("plain $ {x}")])),
            ("${A}-b${C.D}", Some(vec![Variable("A"), Literal("-b"), Variable("C.D")])),
            ("${!A} ${AWS::Region}", Some(vec![Escaped("A"), Literal(" "), Variable("AWS::Region")])),
            ("${A", None),
            ("${}", None),
        ] {
            assert_eq!(pieces(text), expect, "{text}");
        }
    }
}
