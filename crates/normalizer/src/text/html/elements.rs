/// What an element means for the text in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    /// Part of a line.
    Inline,
    /// On lines of its own.
    Block,
    Heading(u32),
    /// A list; whether its items are numbered.
    List(bool),
    Item,
    Quote,
    Code,
    Table,
    Row,
    Cell,
    LineBreak,
    /// Nothing in it is text of the document: programs, styles, pictures, controls, and what is shown only where something
    /// else is not.
    Skipped,
}

impl Element {
    /// Of a name in lower case (HTML Living Standard, sections 4 and 15.3).
    pub(super) fn of(name: &[u8]) -> Self {
        match name {
            b"address" | b"article" | b"aside" | b"body" | b"caption" | b"center" | b"dd" | b"details"
            | b"dialog" | b"div" | b"dl" | b"dt" | b"fieldset" | b"figcaption" | b"figure" | b"footer"
            | b"form" | b"header" | b"hgroup" | b"hr" | b"html" | b"legend" | b"main" | b"nav" | b"p"
            | b"search" | b"section" | b"summary" | b"tbody" | b"tfoot" | b"thead" => Self::Block,
            b"h1" => Self::Heading(1),
            b"h2" => Self::Heading(2),
            b"h3" => Self::Heading(3),
            b"h4" => Self::Heading(4),
            b"h5" => Self::Heading(5),
            b"h6" => Self::Heading(6),
            b"ol" => Self::List(true),
            b"ul" | b"menu" | b"dir" => Self::List(false),
            b"li" => Self::Item,
            b"blockquote" => Self::Quote,
            b"pre" | b"listing" | b"xmp" | b"plaintext" => Self::Code,
            b"table" => Self::Table,
            b"tr" => Self::Row,
            b"td" | b"th" => Self::Cell,
            b"br" => Self::LineBreak,
            b"audio" | b"canvas" | b"datalist" | b"iframe" | b"noembed" | b"noframes" | b"noscript"
            | b"object" | b"script" | b"select" | b"style" | b"svg" | b"template" | b"textarea"
            | b"title" | b"video" => Self::Skipped,
            _ => Self::Inline,
        }
    }
}
