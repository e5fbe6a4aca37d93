//! chromedriver, and the browsers that it starts: a fresh one for each visit.

use crate::{page::Page, process::Process};
use anyhow::{Context as _, Result};
use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use thirtyfour::prelude::*;
use tokio::process::Command;

/// One command may wait for a page of a busy machine.
const COMMAND_MAX: Duration = Duration::from_mins(3);
/// Without a sandbox, because containers run as root; without everything that Chromium asks of the world by itself.
const ARGUMENTS: [&str; 11] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--lang=en-GB",
];
const WIDTH: u32 = 1280;
const HEIGHT: u32 = 900;

#[derive(Debug)]
pub(crate) struct Driver {
    _process: Process,
    url: String,
    folder: PathBuf,
    browsers: AtomicU32,
}

impl Driver {
    pub(crate) async fn start(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut command = Command::new("chromedriver");
        command.args(["--port=0", "--log-level=WARNING"]);
        let serves = |line: &str| {
            let port = line.split_once("started successfully on port ")?.1.trim_end_matches('.');
            Some(format!("http://127.0.0.1:{port}"))
        };
        let process = Process::start(command, &folder.join("chromedriver.log"), serves).await?;
        let url = process.ready().to_owned();
        Ok(Self { _process: process, url, folder: folder.to_owned(), browsers: AtomicU32::new(0) })
    }

    /// A browser that nobody has used, with nothing open in it.
    pub(crate) async fn open(&self, origin: &str) -> Result<Page> {
        let number = self.browsers.fetch_add(1, Ordering::Relaxed);
        let profile = self.folder.join(format!("profile-{number}"));
        let mut wish = DesiredCapabilities::chrome();
        wish.set_binary("/usr/bin/chromium")?;
        for argument in ARGUMENTS {
            wish.add_arg(argument)?;
        }
        wish.add_arg(&format!("--user-data-dir={}", profile.display()))?;
        wish.add_arg(&format!("--window-size={WIDTH},{HEIGHT}"))?;
        let client = reqwest::Client::builder().no_proxy().timeout(COMMAND_MAX).build()?;
        let driver = WebDriver::builder(&self.url, wish).client(client).connect().await;
        let driver = driver.with_context(|| format!("no browser; see {}", self.folder.display()))?;
        driver.set_script_timeout(COMMAND_MAX).await?;
        let page = Page::new(driver, origin, profile);
        page.before_every_document(include_str!("witness.js")).await?;
        Ok(page)
    }
}
