use crate::{
    Fault, File, Manifest, NormalizeError, Role,
    adapter::{self, Recognised},
    anchor,
    annotations::{self, Findings},
    candidate::Candidate,
    error,
    limits::REPAIRS_KEPT_MAX,
    media,
    offsets::{CodePoints, Unit},
    schema::{
        Annotation, Block, Document, Media, Provenance, Repair, ReturnedFile, SCHEMA, Stretch, Transcript,
    },
    text::{self, Rendered},
    transcript,
    words::words,
};
use document::Kind;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// A normalized document and what lists show of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalized {
    /// What evaluators read.
    pub document: Document,
    /// Counts: `words`, `annotations`, `repairs` of a lesson plan; `segments`, `words`, `duration_ms`, `repairs` of a video.
    pub summary: BTreeMap<String, u64>,
}

impl Normalized {
    /// The document as it is stored: the same document always has the same bytes.
    pub fn to_json(&self) -> Result<Vec<u8>, NormalizeError> {
        serde_json::to_vec(&self.document)
            .map_err(|e| NormalizeError::new("document", Fault::Unwritable { why: error::why(&e) }))
    }
}

/// Turns returned files into one normalized document, and proves on the way what can be proved of them: that the set is
/// complete, that each file is what it was announced to be, that annotations lie in the text and quote it, and that times are
/// in order. Whether the result fits the original is for [`crate::verify`].
pub fn normalize(manifest: &Manifest) -> Result<Normalized, NormalizeError> {
    let files = Files::of(manifest)?;
    files.all_required(manifest.kind)?;
    assemble(manifest, &files)
}

/// As [`normalize`], of whatever files there are: for trying a vendor's files one at a time. Annotations alone cannot be
/// placed and need their text.
pub fn normalize_parts(manifest: &Manifest) -> Result<Normalized, NormalizeError> {
    assemble(manifest, &Files::of(manifest)?)
}

fn assemble(manifest: &Manifest, files: &Files<'_>) -> Result<Normalized, NormalizeError> {
    let mut work = Work::default();
    match manifest.kind {
        Kind::LessonPlan => work.lesson_plan(files)?,
        Kind::Video => work.video(files)?,
    }
    Ok(work.normalized(manifest))
}

/// The files by role, each role once, all of them permitted.
struct Files<'a>(BTreeMap<Role, &'a File>);

impl<'a> Files<'a> {
    fn of(manifest: &'a Manifest) -> Result<Self, NormalizeError> {
        let (required, optional) = (manifest.kind.required_roles(), manifest.kind.optional_roles());
        let mut files = BTreeMap::new();
        for file in &manifest.files {
            let role = file.role.as_str();
            if !required.concat().contains(&role) && !optional.contains(&role) {
                return Err(NormalizeError::new("files", Fault::RoleUnknown { role }));
            }
            if files.insert(file.role, file).is_some() {
                return Err(NormalizeError::new("files", Fault::RoleTwice { role }));
            }
        }
        Ok(Self(files))
    }

    /// Whether none is missing that this kind of document needs.
    fn all_required(&self, kind: Kind) -> Result<(), NormalizeError> {
        for any_of in kind.required_roles() {
            if !self.0.keys().any(|role| any_of.contains(&role.as_str())) {
                return Err(NormalizeError::new("files", Fault::RoleMissing { wanted: any_of.join(" or ") }));
            }
        }
        Ok(())
    }

    /// The file of a role, if it came, once its bytes are those that were announced.
    fn get(&self, role: Role) -> Result<Option<Candidate<'a>>, NormalizeError> {
        let Some(file) = self.0.get(&role) else { return Ok(None) };
        let size = file.bytes.len() as u64;
        if size > role.bytes_max() {
            let most = usize::try_from(role.bytes_max()).unwrap_or(usize::MAX);
            return Err(NormalizeError::new(role.as_str(), Fault::TooMany { what: "bytes", most }));
        }
        if size != file.size || hex::encode(Sha256::digest(&file.bytes)) != file.sha256 {
            return Err(NormalizeError::new(role.as_str(), Fault::Changed));
        }
        Ok(Some(Candidate::new(role, &file.media_type, &file.bytes)))
    }

    fn required(&self, role: Role) -> Result<Candidate<'a>, NormalizeError> {
        let missing = || NormalizeError::new("files", Fault::RoleMissing { wanted: role.to_string() });
        self.get(role)?.ok_or_else(missing)
    }
}

/// What is known so far.
#[derive(Default)]
struct Work {
    text: Stretch,
    blocks: Vec<Block>,
    annotations: Vec<Annotation>,
    transcript: Option<Transcript>,
    media: Option<Media>,
    language: Option<String>,
    adapters: Vec<Recognised>,
    offset_unit: Option<&'static str>,
    text_view: Option<&'static str>,
    time_unit: Option<&'static str>,
    repairs: Vec<Repair>,
    summary: BTreeMap<String, u64>,
}

impl Work {
    fn lesson_plan(&mut self, files: &Files<'_>) -> Result<(), NormalizeError> {
        let (mut rendered, text_adapter) = adapter::read(text::ADAPTERS, &files.required(Role::Text)?)?;
        if rendered.text.trim().is_empty() {
            return Err(NormalizeError::new(Role::Text.as_str(), Fault::TextEmpty));
        }
        self.text_view = rendered.view;
        self.repairs.append(&mut rendered.source.repairs);
        let own = std::mem::take(&mut rendered.findings);
        self.adapters.push(text_adapter);
        let points = CodePoints::new(&rendered.text);
        if let Some(file) = files.get(Role::Annotations)? {
            let (findings, annotations_adapter) = adapter::read(annotations::ADAPTERS, &file)?;
            self.adapters.push(annotations_adapter);
            self.offset_unit = Some(findings.unit.as_str());
            self.language.clone_from(&findings.language);
            self.repairs.extend_from_slice(&findings.repairs);
            let findings = findings.fitted(&own, &rendered.source.decoded);
            self.annotations = anchor::anchor(findings, &rendered, &points, &mut self.repairs)?;
        }
        if !own.is_empty() {
            let own =
                Findings { unit: Unit::Bytes, language: None, text: None, all: own, repairs: Vec::new() };
            self.annotations.extend(anchor::anchor(own, &rendered, &points, &mut self.repairs)?);
            anchor::order(&mut self.annotations);
        }
        self.count("words", words(&rendered.text));
        self.count("annotations", self.annotations.len());
        self.blocks = blocks(&rendered, &points);
        self.text = Stretch::whole(&rendered.text);
        Ok(())
    }

    fn video(&mut self, files: &Files<'_>) -> Result<(), NormalizeError> {
        if let Some(file) = files.get(Role::Media)? {
            let (facts, media_adapter) = adapter::read(media::ADAPTERS, &file)?;
            let media = facts.media;
            self.repairs.extend(facts.repairs);
            self.adapters.push(media_adapter);
            self.summary.insert("duration_ms".to_owned(), media.duration_ms);
            self.media = Some(media);
        }
        let before_transcript = self.adapters.len();
        // A transcript is made to be read, captions to be seen; an empty one gives way to the other.
        for role in [Role::Transcript, Role::Captions] {
            let Some(file) = files.get(role)? else { continue };
            let (spoken, spoken_adapter) = adapter::read(transcript::ADAPTERS, &file)?;
            check_times(role, &spoken.transcript)?;
            if self.transcript.as_ref().is_some_and(|taken| !taken.segments.is_empty()) {
                continue;
            }
            if spoken.replaced_characters > 0 {
                let note = format!(
                    "{} characters could not be decoded and were replaced.",
                    spoken.replaced_characters
                );
                self.repair("characters-replaced", role.as_str(), note);
            }
            self.adapters.truncate(before_transcript);
            self.repairs.extend(spoken.repairs);
            self.adapters.push(spoken_adapter);
            self.time_unit = Some(spoken.time_unit);
            self.language.clone_from(&spoken.transcript.language);
            self.transcript = Some(spoken.transcript);
        }
        let segments = self.transcript.as_ref().map_or(&[][..], |transcript| &transcript.segments);
        let (count, words) = (segments.len(), segments.iter().map(|segment| words(&segment.text)).sum());
        self.count("segments", count);
        self.count("words", words);
        Ok(())
    }

    fn count(&mut self, what: &str, count: usize) {
        self.summary.insert(what.to_owned(), count as u64);
    }

    fn repair(&mut self, code: &str, place: &str, note: String) {
        self.repairs.push(Repair { code: code.to_owned(), place: place.to_owned(), note });
    }

    fn normalized(mut self, manifest: &Manifest) -> Normalized {
        self.count("repairs", self.repairs.len());
        let all = self.repairs.len();
        if all > REPAIRS_KEPT_MAX {
            self.repairs.truncate(REPAIRS_KEPT_MAX);
            let note = format!("{} more repairs were made.", all - REPAIRS_KEPT_MAX);
            self.repair("repairs-not-listed", "document", note);
        }
        let adapter =
            self.adapters.iter().map(|recognised| recognised.adapter).collect::<Vec<_>>().join(", ");
        let document = Document {
            schema: SCHEMA.to_owned(),
            document_id: manifest.document_id.clone(),
            revision: manifest.revision.clone(),
            kind: manifest.kind.as_str().to_owned(),
            title: manifest.title.clone(),
            language: manifest.language.clone().or(self.language),
            text: self.text,
            blocks: self.blocks,
            annotations: self.annotations,
            transcript: self.transcript,
            media: self.media,
            provenance: Provenance {
                processor: manifest.processor.clone(),
                job_id: manifest.job_id.clone(),
                files: manifest.files.iter().map(returned_file).collect(),
                adapter,
                adapter_version: adapter::VERSION.to_owned(),
                offset_unit: self.offset_unit.map(str::to_owned),
                time_unit: self.time_unit.map(str::to_owned),
                text_view: self.text_view.map(str::to_owned),
                repairs: self.repairs,
            },
        };
        Normalized { document, summary: self.summary }
    }
}

fn returned_file(file: &File) -> ReturnedFile {
    ReturnedFile {
        role: file.role.to_string(),
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        size: file.size,
        sha256: file.sha256.clone(),
    }
}

fn blocks(rendered: &Rendered, points: &CodePoints<'_>) -> Vec<Block> {
    let blocks = rendered.blocks.iter().enumerate();
    let block = |(index, block): (usize, &text::RenderedBlock)| Block {
        id: format!("b{}", index + 1),
        kind: block.kind,
        level: block.level,
        ordinal: block.ordinal,
        start: points.before(block.span.start),
        end: points.before(block.span.end),
    };
    blocks.map(block).collect()
}

/// Cues begin in order and end after they begin.
fn check_times(role: Role, transcript: &Transcript) -> Result<(), NormalizeError> {
    let mut previous_ms = 0;
    for segment in &transcript.segments {
        let (start_ms, end_ms) = (segment.start_ms, segment.end_ms);
        let fault = if end_ms < start_ms {
            Fault::CueBackwards { start_ms, end_ms }
        } else if start_ms < previous_ms {
            Fault::CueOutOfOrder { start_ms, previous_ms }
        } else {
            previous_ms = start_ms;
            continue;
        };
        return Err(NormalizeError::new(format!("{role}/{}", segment.id), fault));
    }
    Ok(())
}
