use super::{
    changes::{Changes, Point, Revision},
    comments::Anchors,
    fields::Fields,
    limits::PARAGRAPHS_MAX,
    numbering::Numbering,
    page::Page,
    paragraph::{Paragraph, Properties, revision},
    styles::Styles,
    xml::{Element, Node, Xml},
};
use crate::{
    Fault,
    schema::BlockKind,
    text::{
        grid::Piece,
        tables::{Cell, Tables},
    },
};
use std::collections::HashSet;

/// Reads the stories of a document (its body and its notes) into one page: the view in which every change is accepted.
#[derive(Default)]
pub(super) struct Story {
    pub(super) styles: Styles,
    pub(super) numbering: Numbering,
    pub(super) page: Page,
    pub(super) changes: Changes,
    pub(super) anchors: Anchors,
    /// The notes that the text refers to: the element that holds such a note, and its id.
    notes: HashSet<(&'static str, String)>,
    /// Characters that are hidden from readers.
    pub(super) hidden: usize,
    /// Paragraphs begun so far.
    paragraphs: usize,
    here: Here,
    /// What a text box interrupted, outermost first.
    interrupted: Vec<Here>,
    /// Pieces of text boxes, which follow the paragraph that they hang in.
    later: Vec<Done>,
    tables: Tables,
    /// The tracked changes that the text under way lies in, outermost first.
    revisions: Vec<Revision>,
    /// Of each open choice between versions of some content, whether one was taken.
    choices: Vec<bool>,
    /// Of each open row and cell, whether it is itself a tracked change.
    changed: Vec<bool>,
}

/// What can be laid out.
enum Done {
    /// A paragraph, by its number.
    Paragraph(usize, Piece),
    /// A cell that has ended or begins with a table, and may have nothing in it yet.
    Cell(Cell),
}

/// What is under way in the body or in a text box.
#[derive(Default)]
struct Here {
    paragraph: Option<Paragraph>,
    /// A paragraph whose end was taken out, to go on with the next one.
    unended: Option<Paragraph>,
    fields: Fields,
    hides: bool,
    text: String,
    keeps_spaces: bool,
}

impl Story {
    pub(super) fn read(&mut self, part: &str, text: &str) -> Result<(), Fault> {
        let mut xml = Xml::new(part, text);
        while let Some(node) = xml.next()? {
            match node {
                Node::Start(element) => self.start(&element, &mut xml)?,
                Node::End(name) => self.end(name)?,
                Node::Text(text) if matches!(xml.inside(), "t" | "delText") => self.here.text.push_str(&text),
                Node::Text(_) => {}
            }
            if self.page.grid.layout.is_full() {
                return Ok(());
            }
        }
        self.end_paragraph()?;
        self.flush_unended();
        self.here = Here::default();
        Ok(())
    }

    fn start(&mut self, element: &Element<'_>, xml: &mut Xml<'_>) -> Result<(), Fault> {
        match element.name {
            "p" => self.begin_paragraph()?,
            "pPr" => {
                let properties = Properties::read(xml)?;
                if let Some(paragraph) = &mut self.here.paragraph {
                    paragraph.properties = properties;
                }
            }
            "rPr" => self.run_properties(xml)?,
            "t" | "delText" => {
                self.here.text.clear();
                self.here.keeps_spaces = element.attribute("space").as_deref() == Some("preserve");
            }
            "br" | "cr" => self.add("\n")?,
            "tab" | "ptab" => self.add("\t")?,
            "noBreakHyphen" => self.add("\u{2011}")?,
            "softHyphen" => self.add("\u{AD}")?,
            "sym" => {
                let code = element.attribute("char").and_then(|code| u32::from_str_radix(&code, 16).ok());
                if let Some(c) = code.and_then(char::from_u32) {
                    self.add(c.encode_utf8(&mut [0; 4]))?;
                }
            }
            "fldChar" => self.here.fields.mark(element.attribute("fldCharType").as_deref()),
            "ins" | "del" | "moveFrom" | "moveTo" => self.revisions.extend(revision(element)),
            "commentRangeStart" | "commentRangeEnd" | "commentReference" => self.anchor(element)?,
            "footnoteReference" => self.refer("footnote", element),
            "endnoteReference" => self.refer("endnote", element),
            "footnote" | "endnote" => {
                let id = element.attribute("id").unwrap_or_default();
                if !self.notes.contains(&(element.name, id)) {
                    xml.skip()?;
                }
            }
            "tbl" | "tr" | "tc" | "trPr" | "tcPr" => self.start_in_table(element.name, xml)?,
            "txbxContent" => self.interrupted.push(std::mem::take(&mut self.here)),
            "AlternateContent" => self.choices.push(false),
            // Versions of one content: the first is taken.
            "Choice" | "Fallback"
                if self.choices.last_mut().is_some_and(|taken| std::mem::replace(taken, true)) =>
            {
                xml.skip()?;
            }
            "sectPr" | "sdtPr" | "sdtEndPr" | "ffData" | "tblPr" | "tblPrEx" | "tblGrid" | "rt" => {
                xml.skip()?;
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), Fault> {
        match name {
            "p" => self.end_paragraph()?,
            "r" => self.here.hides = false,
            "t" | "delText" => {
                let text = std::mem::take(&mut self.here.text);
                let kept = if self.here.keeps_spaces { text.as_str() } else { text.trim_ascii() };
                self.add(kept)?;
                self.here.text = text;
            }
            "ins" | "del" | "moveFrom" | "moveTo" => drop(self.revisions.pop()),
            "tbl" | "tr" | "tc" => self.end_in_table(name)?,
            "txbxContent" => {
                self.end_paragraph()?;
                self.flush_unended();
                self.here = self.interrupted.pop().unwrap_or_default();
            }
            "AlternateContent" => drop(self.choices.pop()),
            _ => {}
        }
        Ok(())
    }

    fn run_properties(&mut self, xml: &mut Xml<'_>) -> Result<(), Fault> {
        let mut hides = false;
        xml.each(|_, element| hides |= element.name == "vanish" && element.is_on())?;
        self.here.hides = hides;
        Ok(())
    }

    fn start_in_table(&mut self, name: &str, xml: &mut Xml<'_>) -> Result<(), Fault> {
        match name {
            "tbl" => {
                self.end_paragraph()?;
                self.flush_unended();
                // A cell that begins with a table comes before the cells of that table.
                self.hold_cell();
                self.tables.begin();
            }
            "tr" => {
                self.tables.begin_row();
                self.changed.push(false);
            }
            "tc" => {
                self.changed.push(false);
                if !self.row_is_removed() {
                    self.tables.begin_cell();
                }
            }
            _ => {
                let mut found = None;
                let own = if name == "trPr" { ["ins", "del"] } else { ["cellIns", "cellDel"] };
                xml.each(|around, element| {
                    if around == name && own.contains(&element.name) {
                        found = revision(element);
                    }
                })?;
                if let (Some(revision), Some(changed @ false)) = (found, self.changed.last_mut()) {
                    *changed = true;
                    if revision.act.removes() {
                        self.tables.drop_cell();
                    }
                    self.revisions.push(revision);
                }
            }
        }
        Ok(())
    }

    fn end_in_table(&mut self, name: &str) -> Result<(), Fault> {
        if name == "tbl" {
            self.tables.end();
            return Ok(());
        }
        self.end_paragraph()?;
        self.flush_unended();
        if name == "tc" {
            self.hold_cell();
            self.tables.end_cell();
        }
        if self.changed.pop() == Some(true) {
            self.revisions.pop();
        }
        Ok(())
    }

    fn row_is_removed(&self) -> bool {
        // The last entry is the cell's own, the one before it the row's.
        let row = self.changed.iter().rev().nth(1).copied().unwrap_or_default();
        row && self.removal().is_some()
    }

    fn hold_cell(&mut self) {
        if let Some(cell) = self.tables.cell() {
            self.emit(Done::Cell(cell));
        }
    }

    fn begin_paragraph(&mut self) -> Result<(), Fault> {
        self.end_paragraph()?;
        if self.paragraphs == PARAGRAPHS_MAX {
            return Err(Fault::TooMany { what: "paragraphs", most: PARAGRAPHS_MAX });
        }
        let unended = self.here.unended.take();
        self.here.paragraph = Some(unended.unwrap_or_else(|| {
            self.paragraphs += 1;
            Paragraph { number: self.paragraphs - 1, ..Paragraph::default() }
        }));
        Ok(())
    }

    fn end_paragraph(&mut self) -> Result<(), Fault> {
        let Some(mut paragraph) = self.here.paragraph.take() else { return Ok(()) };
        let end = paragraph.end();
        for revision in std::mem::take(&mut paragraph.properties.mark) {
            if revision.act.removes() {
                self.changes.removed(&revision, end, "\n")?;
                self.here.unended = Some(paragraph);
                return Ok(());
            }
            self.changes.inserted_mark(&revision, end)?;
        }
        self.finish(paragraph);
        Ok(())
    }

    /// What lacks its end and has nothing to go on with ends after all.
    fn flush_unended(&mut self) {
        if let Some(paragraph) = self.here.unended.take() {
            self.finish(paragraph);
        }
    }

    fn finish(&mut self, paragraph: Paragraph) {
        let shape = paragraph.properties.shape(&self.styles, &mut self.numbering);
        let piece = Piece {
            text: paragraph.text,
            kind: shape.kind,
            level: shape.level,
            ordinal: shape.ordinal,
            begins_item: shape.kind == BlockKind::ListItem,
            cell: self.tables.cell(),
        };
        self.emit(Done::Paragraph(paragraph.number, piece));
    }

    fn emit(&mut self, done: Done) {
        if !self.interrupted.is_empty() {
            self.later.push(done);
            return;
        }
        let later = std::mem::take(&mut self.later);
        for done in std::iter::once(done).chain(later) {
            match done {
                Done::Paragraph(number, piece) => self.page.place(number, &piece),
                Done::Cell(cell) => self.page.grid.hold(cell),
            }
        }
    }

    /// Adds to the paragraph what readers see, and notes what was taken out.
    fn add(&mut self, text: &str) -> Result<(), Fault> {
        if text.is_empty() || self.here.fields.is_instruction() {
            return Ok(());
        }
        if self.here.hides {
            self.hidden += text.chars().count();
            return Ok(());
        }
        let Some(paragraph) = &mut self.here.paragraph else { return Ok(()) };
        let start = paragraph.end();
        if let Some(removal) = self.revisions.iter().find(|revision| revision.act.removes()) {
            return self.changes.removed(removal, start, text);
        }
        paragraph.text.push_str(text);
        match self.revisions.last() {
            Some(insertion) => self.changes.inserted(insertion, start, paragraph.end()),
            None => Ok(()),
        }
    }

    fn removal(&self) -> Option<&Revision> {
        self.revisions.iter().find(|revision| revision.act.removes())
    }

    /// The point that is read now; between paragraphs, the beginning of the next.
    fn point(&self) -> Point {
        let under_way = self.here.paragraph.as_ref().or(self.here.unended.as_ref());
        under_way.map_or(Point { paragraph: self.paragraphs, at: 0 }, Paragraph::end)
    }

    fn anchor(&mut self, element: &Element<'_>) -> Result<(), Fault> {
        let (Some(id), point) = (element.attribute("id"), self.point()) else { return Ok(()) };
        let anchor = self.anchors.of(id)?;
        let place = match element.name {
            "commentRangeStart" => &mut anchor.start,
            "commentRangeEnd" => &mut anchor.end,
            _ => &mut anchor.reference,
        };
        place.get_or_insert(point);
        Ok(())
    }

    fn refer(&mut self, note: &'static str, element: &Element<'_>) {
        if self.removal().is_none()
            && let Some(id) = element.attribute("id")
        {
            self.notes.insert((note, id));
        }
    }

    pub(super) fn has_notes(&self) -> bool {
        !self.notes.is_empty()
    }
}
