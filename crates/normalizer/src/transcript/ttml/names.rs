use quick_xml::name::{Namespace, ResolveResult};

/// What an element is to a reader of speech.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    Root,
    Head,
    /// `body` and `div`.
    Division,
    Paragraph,
    Span,
    LineBreak,
    Style,
    Region,
    Animation,
    /// `metadata`: nothing in it is speech, and the agents are in it.
    Metadata,
    Agent,
    AgentName,
    /// Everything else, with all that is in it.
    Other,
}

/// What an attribute's name belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vocabulary {
    /// No namespace: the attributes of TTML's own elements.
    Own,
    Parameter,
    Metadata,
    Styling,
    Xml,
    Other,
}

/// The namespaces that TTML and its drafts have had. Those of parameters, metadata and styles begin with it.
const NAMESPACES: [&[u8]; 3] =
    [b"http://www.w3.org/ns/ttml", b"http://www.w3.org/2006/10/ttaf1", b"http://www.w3.org/2006/04/ttaf1"];

/// What follows TTML's namespace in a name's; nothing, if it is not TTML's. A name without a namespace is taken for TTML's own,
/// and a prefix that nobody declared for what it usually means: some files leave the declarations out.
fn part<'a>(namespace: &'a ResolveResult<'_>) -> Option<&'a [u8]> {
    match namespace {
        ResolveResult::Bound(Namespace(name)) => {
            let rest = NAMESPACES.iter().find_map(|ttml| name.strip_prefix(*ttml));
            rest.filter(|rest| rest.is_empty() || rest.starts_with(b"#"))
        }
        ResolveResult::Unbound => Some(b""),
        ResolveResult::Unknown(prefix) => match prefix.as_slice() {
            b"tt" => Some(b""),
            b"ttp" => Some(b"#parameter"),
            b"ttm" => Some(b"#metadata"),
            b"tts" => Some(b"#styling"),
            _ => None,
        },
    }
}

impl Element {
    pub(super) fn of(namespace: &ResolveResult<'_>, name: &[u8]) -> Self {
        match (part(namespace), name) {
            (Some(b""), b"tt") => Self::Root,
            (Some(b""), b"head") => Self::Head,
            (Some(b""), b"body" | b"div") => Self::Division,
            (Some(b""), b"p") => Self::Paragraph,
            (Some(b""), b"span") => Self::Span,
            (Some(b""), b"br") => Self::LineBreak,
            // In the drafts, these had namespaces of their own.
            (Some(_), b"style") => Self::Style,
            (Some(_), b"region") => Self::Region,
            (Some(b""), b"set" | b"animate") => Self::Animation,
            (Some(_), b"metadata") => Self::Metadata,
            (Some(b"#metadata"), b"agent") => Self::Agent,
            (Some(b"#metadata"), b"name") => Self::AgentName,
            _ => Self::Other,
        }
    }
}

impl Vocabulary {
    pub(super) fn of(namespace: &ResolveResult<'_>) -> Self {
        if matches!(namespace, ResolveResult::Bound(Namespace(b"http://www.w3.org/XML/1998/namespace"))) {
            return Self::Xml;
        }
        match part(namespace) {
            Some(b"") => Self::Own,
            Some(b"#parameter") => Self::Parameter,
            Some(b"#metadata") => Self::Metadata,
            Some(b"#styling" | b"#style") => Self::Styling,
            _ => Self::Other,
        }
    }
}
