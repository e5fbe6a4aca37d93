//! The stories, one idea in each file.

mod broken_upload;
mod every_page;
mod failed_document;
mod first_page;
mod handing_in;
mod inert;
mod keyboard_reading;
mod killed_host;
mod mouse_notes;
mod operations;
mod paper;
mod reading_room;
mod refused_files;
mod signing_out;
mod video;
mod walls;

use crate::stage::Stage;
use anyhow::Result;
use std::pin::Pin;
use tokio::time::Instant;

type Told<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;
type Story = (&'static str, for<'a> fn(&'a Stage) -> Told<'a>);

const STORIES: [Story; 16] = [
    ("the first page of every role is small", |stage| Box::pin(first_page::tell(stage))),
    ("signing out ends here and at the issuer", |stage| Box::pin(signing_out::tell(stage))),
    ("a teacher hands in, follows and deletes", |stage| Box::pin(handing_in::tell(stage))),
    ("files that are refused say why", |stage| Box::pin(refused_files::tell(stage))),
    ("a failed document is handed in again", |stage| Box::pin(failed_document::tell(stage))),
    ("an upload survives a pause, a lost line and a reload", |stage| Box::pin(broken_upload::tell(stage))),
    ("an upload survives a killed host", |stage| Box::pin(killed_host::tell(stage))),
    ("the reading room is searched and filtered", |stage| Box::pin(reading_room::tell(stage))),
    ("a lesson plan is read with the keyboard only", |stage| Box::pin(keyboard_reading::tell(stage))),
    ("a note is written with the mouse", |stage| Box::pin(mouse_notes::tell(stage))),
    ("a video is watched beside its transcript", |stage| Box::pin(video::tell(stage))),
    ("a document goes to paper", |stage| Box::pin(paper::tell(stage))),
    ("an operator redrives what failed", |stage| Box::pin(operations::tell(stage))),
    ("nobody sees what is not theirs", |stage| Box::pin(walls::tell(stage))),
    ("text from outside stays text", |stage| Box::pin(inert::tell(stage))),
    ("every page is accessible and pictured", |stage| Box::pin(every_page::tell(stage))),
];

/// Tells the stories whose name holds `part`; whether all went well.
pub(crate) async fn tell(stage: &Stage, part: &str) -> bool {
    let (mut passed, mut failed) = (0, 0);
    for (name, story) in STORIES.iter().filter(|(name, _)| name.contains(part)) {
        let began = Instant::now();
        let result = story(stage).await;
        let took = began.elapsed().as_secs_f64();
        match result {
            Ok(()) => {
                passed += 1;
                println!("ok    {name} ({took:.1} s)");
            }
            Err(error) => {
                failed += 1;
                println!(
                    "FAIL  {name} ({took:.1} s)\n      {}",
                    format!("{error:#}").replace('\n', "\n      ")
                );
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    failed == 0 && passed > 0
}
