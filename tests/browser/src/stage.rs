//! What the stories share: a host, a processor that can be told to misbehave, and browsers.

use crate::{
    driver::Driver,
    host::{Host, Processor},
    page::Page,
};
use anyhow::{Context as _, Result, anyhow};
use std::{
    path::{Path, PathBuf},
    sync::Mutex,
};

/// Divides times of the host: a receipt waits a quarter of an hour for functions that still run, here as many seconds.
const TIME_SCALE: &str = "60";

#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) host: Host,
    pub(crate) processor: Processor,
    pub(crate) driver: Driver,
    pub(crate) lectern: PathBuf,
    /// Where the files of this run lie.
    pub(crate) work: PathBuf,
    /// Where pictures are left.
    pub(crate) pictures: PathBuf,
    /// The source of axe-core.
    pub(crate) axe: String,
    /// Pictures of what was on the page where something went wrong.
    failures: Mutex<u32>,
}

impl Stage {
    pub(crate) async fn set(lectern: &Path, axe: &Path, pictures: &Path, work: &Path) -> Result<Self> {
        std::fs::create_dir_all(pictures)?;
        std::fs::create_dir_all(work)?;
        let axe = std::fs::read_to_string(axe).with_context(|| axe.display().to_string())?;
        let processor = Processor::start(lectern, &work.join("processor")).await?;
        let options = [&["--time-scale", TIME_SCALE], &processor.options()[..]].concat();
        let host = Host::start(lectern, &work.join("host"), &options).await?;
        let driver = Driver::start(&work.join("browsers")).await?;
        let (lectern, work, pictures) = (lectern.to_owned(), work.to_owned(), pictures.to_owned());
        Ok(Self { host, processor, driver, lectern, work, pictures, axe, failures: Mutex::new(0) })
    }

    /// A visit with a fresh browser. Whatever happens, the browser is closed; if the visit fails, what was on the page is
    /// told and pictured. A visit that went well is without faults.
    pub(crate) async fn visit<T>(&self, visit: impl AsyncFnOnce(&Page) -> Result<T>) -> Result<T> {
        self.visit_at(&self.host.url, visit).await
    }

    /// The same at another host.
    pub(crate) async fn visit_at<T>(
        &self,
        url: &str,
        visit: impl AsyncFnOnce(&Page) -> Result<T>,
    ) -> Result<T> {
        let page = self.driver.open(url).await?;
        let mut result = Box::pin(visit(&page)).await;
        if result.is_ok()
            && let Err(fault) = page.is_without_faults().await
        {
            result = Err(fault);
        }
        if let Err(error) = result {
            result = Err(anyhow!("{error:#}\n{}", self.scene(&page).await));
        }
        page.close().await?;
        result
    }

    /// What is on the page where something went wrong.
    async fn scene(&self, page: &Page) -> String {
        let path = page.path().await.unwrap_or_default();
        let text = page.text().await.unwrap_or_default();
        let faults = page.witnessed("faults").await.unwrap_or_default();
        let number = self.failures.lock().map_or(0, |mut number| {
            *number += 1;
            *number
        });
        let picture = self.pictures.join(format!("failure-{number}.png"));
        if let Ok(shot) = page.screenshot().await {
            // The picture is a help, not the failure.
            let _ = std::fs::write(&picture, shot);
        }
        format!("  at {path}, pictured in {}\n  faults: {faults:?}\n  on the page: {text}", picture.display())
    }
}
