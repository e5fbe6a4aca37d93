//! Proofreading English with Harper, reported in the shape of LanguageTool's `/v2/check`.
//!
//! Offsets and lengths count UTF-16 code units of the Markdown file exactly as it is returned beside the report.

mod languagetool;
mod linter;
mod utf16;

pub(crate) use languagetool::Report;

use crate::fault::Fault;
use std::sync::{OnceLock, mpsc};
use tokio::sync::oneshot;

type Request = (String, oneshot::Sender<Report>);

/// Texts that wait for the one proofreader of this process; each waiting caller holds its own text anyway.
const WAITING_MAX: usize = 64;

/// The one warm proofreader of this process. Making it takes half a second and some hundred megabytes, so it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Proofreader(mpsc::SyncSender<Request>);

impl Proofreader {
    /// Starts to make the proofreader, on the first call; does not wait for it.
    ///
    /// # Errors
    /// When no thread can be had.
    pub(crate) fn shared() -> Result<Self, Fault> {
        static SHARED: OnceLock<Proofreader> = OnceLock::new();
        if let Some(shared) = SHARED.get() {
            return Ok(shared.clone());
        }
        let (sender, requests) = mpsc::sync_channel(WAITING_MAX);
        std::thread::Builder::new().name("proofreader".to_owned()).spawn(move || serve(&requests))?;
        Ok(SHARED.get_or_init(|| Self(sender)).clone())
    }

    /// Proofreads Markdown.
    ///
    /// # Errors
    /// When the text made the linter panic; the next text finds a new one.
    pub(crate) async fn proofread(&self, markdown: String) -> Result<Report, Fault> {
        let (answer, report) = oneshot::channel();
        let sender = self.0.clone();
        let gone = || Fault::Internal("the proofreader is gone".to_owned());
        tokio::task::spawn_blocking(move || sender.send((markdown, answer)))
            .await
            .map_err(|_| gone())?
            .map_err(|_| gone())?;
        report.await.map_err(|_| Fault::Internal("the proofreader gave up on this text".to_owned()))
    }
}

fn serve(requests: &mpsc::Receiver<Request>) {
    let mut linter = linter::Linter::new();
    while let Ok((markdown, answer)) = requests.recv() {
        let lint = std::panic::AssertUnwindSafe(|| linter.proofread(&markdown));
        match std::panic::catch_unwind(lint) {
            // Nobody waits any more when the job was forgotten meanwhile.
            Ok(report) => drop(answer.send(report)),
            Err(_) => linter = linter::Linter::new(),
        }
    }
}
