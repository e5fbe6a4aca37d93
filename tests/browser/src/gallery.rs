//! Pictures of pages, each judged by axe-core on the way.

use crate::{accessibility, page::Page, stage::Stage};
use anyhow::{Context as _, Result, bail};
use serde_json::json;

/// A telephone, a tablet, a desk.
const SIZES: [(u32, u32); 3] = [(360, 740), (768, 1024), (1440, 900)];
/// Longest page that is pictured whole, in pixels.
const HEIGHT_MAX: u32 = 6000;

/// What was shown so far, and the barriers that were found.
#[derive(Debug)]
pub(crate) struct Gallery<'a> {
    stage: &'a Stage,
    barriers: Vec<String>,
}

impl<'a> Gallery<'a> {
    pub(crate) fn new(stage: &'a Stage) -> Self {
        Self { stage, barriers: Vec::new() }
    }

    /// Pictures a page as it is now, light and dark, at each width, and has it judged.
    pub(crate) async fn show(&mut self, page: &Page, name: &str) -> Result<()> {
        for scheme in ["light", "dark"] {
            page.media("", scheme).await?;
            for (width, height) in SIZES {
                page.size(width, height).await?;
                settled(page).await?;
                let place = format!("{name}-{width}-{scheme}");
                let found = accessibility::barriers(page, &self.stage.axe).await.context(place.clone())?;
                self.barriers.extend(found.iter().map(|barrier| format!("{place}: {barrier}")));
                if wider_than_its_window(page).await? {
                    self.barriers.push(format!("{place}: the page is wider than its window"));
                }
                self.picture(page, &place, width, height).await?;
            }
        }
        page.media("", "light").await?;
        page.devtools("Emulation.clearDeviceMetricsOverride", json!({})).await?;
        Ok(())
    }

    /// The whole page: in a window as high as the page, what stands at the window's edge stands at the page's.
    async fn picture(&self, page: &Page, place: &str, width: u32, height: u32) -> Result<()> {
        let whole = page.eval("return document.documentElement.scrollHeight;", &[]).await?;
        let whole = u32::try_from(whole.as_u64().unwrap_or_default()).unwrap_or(HEIGHT_MAX);
        page.size(width, whole.clamp(height, HEIGHT_MAX)).await?;
        settled(page).await?;
        Ok(std::fs::write(self.stage.pictures.join(format!("{place}.png")), page.screenshot().await?)?)
    }

    /// Notes why a page could not be shown, if it could not.
    pub(crate) fn note(&mut self, shown: Result<()>) {
        self.barriers.extend(shown.err().map(|error| format!("{error:#}")));
    }

    /// Fails if any page had a barrier.
    pub(crate) fn judged(self) -> Result<()> {
        if self.barriers.is_empty() {
            return Ok(());
        }
        bail!("{} found:\n{}", self.barriers.len(), self.barriers.join("\n"))
    }
}

/// Waits until what moves has come to rest and two pictures were drawn.
async fn settled(page: &Page) -> Result<()> {
    let script = "const done = arguments[0]; const finite = (one) => Number.isFinite(one.effect?.getComputedTiming().endTime); \
                  Promise.all(document.getAnimations().filter(finite).map((one) => one.finished.catch(() => {}))) \
                  .then(() => requestAnimationFrame(() => requestAnimationFrame(() => done(true))));";
    page.eval_later(script).await?;
    Ok(())
}

async fn wider_than_its_window(page: &Page) -> Result<bool> {
    let script = "return document.documentElement.scrollWidth > document.documentElement.clientWidth;";
    Ok(page.eval(script, &[]).await?.as_bool() == Some(true))
}
