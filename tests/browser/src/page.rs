//! A page in a browser, as a person meets it: by the words on it, the pointer and the keyboard.

use crate::wait::{LONG_MAX, eventually, within};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use thirtyfour::{common::print::PrintParameters, prelude::*};

/// Most presses of the Tab key on the way to something.
const TABS_MAX: u32 = 120;
/// Longest part of a page's text that is told, in characters.
const TOLD_CHARS_MAX: usize = 3000;

/// Finds what can be pressed, by its name: exactly, else by its beginning, else by a part. An open dialog is in front of everything.
const PRESSABLE: &str = r#"
const [name, within] = arguments;
const place = document.querySelector("dialog[open]") ?? (within ? document.querySelector(within) : document);
const said = (one) => (one.getAttribute("aria-label") ?? one.innerText ?? "").replace(/\s+/g, " ").trim();
const all = [...(place?.querySelectorAll("a[href], button, summary, label, [role=tab]") ?? [])]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled);
return all.find((one) => said(one) === name) ?? all.find((one) => said(one).startsWith(name))
  ?? all.find((one) => said(one).includes(name)) ?? null;"#;

/// Finds a field by its label.
const FIELD: &str = r#"
const [name, within] = arguments;
const place = (within ? document.querySelector(within) : document)?.querySelectorAll("input, textarea, select") ?? [];
const label = (field) => field.getAttribute("aria-label")
  ?? field.labels?.[0]?.querySelector("span")?.textContent ?? field.labels?.[0]?.textContent ?? "";
return [...place].find((field) => label(field).trim().startsWith(name) && field.checkVisibility()) ?? null;"#;

/// What the focus is on.
const FOCUSED: &str = r#"
const one = document.activeElement;
if (one === document.body) return "";
return (one?.getAttribute("aria-label") ?? one?.innerText ?? "").replace(/\s+/g, " ").trim();"#;

const TEXT: &str = r#"return document.body.innerText.replace(/\s+/g, " ");"#;

#[derive(Debug)]
pub(crate) struct Page {
    driver: WebDriver,
    origin: String,
    pub(crate) profile: PathBuf,
}

impl Page {
    pub(crate) fn new(driver: WebDriver, origin: &str, profile: PathBuf) -> Self {
        Self { driver, origin: origin.to_owned(), profile }
    }

    // Going

    pub(crate) async fn open(&self, path: &str) -> Result<()> {
        self.driver.goto(format!("{}{path}", self.origin)).await?;
        Ok(())
    }

    pub(crate) async fn reload(&self) -> Result<()> {
        Ok(self.driver.refresh().await?)
    }

    /// Signs in as one of the development accounts, on the way to a page.
    pub(crate) async fn sign_in(&self, account: &str, path: &str) -> Result<()> {
        self.open(path).await?;
        self.press("Sign in").await?;
        let choice = format!("button[value=\"{account}\"]");
        self.element(
            &format!("the account {account}"),
            "return document.querySelector(arguments[0]);",
            &[&choice],
        )
        .await?
        .click()
        .await?;
        self.until(
            "somebody is signed in",
            "return document.querySelector('.person-name')?.innerText === arguments[0];",
            &[account],
        )
        .await?;
        self.until("the page is there", "return Boolean(document.querySelector('main h1'));", &[]).await
    }

    pub(crate) async fn path(&self) -> Result<String> {
        Ok(self.driver.current_url().await?.path().to_owned())
    }

    // Seeing

    /// Everything that can be read on the page.
    pub(crate) async fn text(&self) -> Result<String> {
        Ok(self.eval(TEXT, &[]).await?.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until some words can be read. Style sheets may write them in capitals.
    pub(crate) async fn see(&self, words: &str) -> Result<()> {
        self.until_text(&format!("“{words}” can be read"), |text| text.contains(&words.to_lowercase())).await
    }

    /// Waits until some words cannot be read any more.
    pub(crate) async fn see_no(&self, words: &str) -> Result<()> {
        self.until_text(&format!("“{words}” cannot be read"), |text| {
            !text.contains(&words.to_lowercase())
        })
        .await
    }

    /// The same as `see`, for what takes a while.
    pub(crate) async fn see_at_last(&self, words: &str) -> Result<()> {
        let wanted = words.to_lowercase();
        within(LONG_MAX, &format!("“{words}” can be read"), async || {
            let text = self.text().await?;
            Ok(if text.to_lowercase().contains(&wanted) { Ok(()) } else { Err(told(&text)) })
        })
        .await
    }

    async fn until_text(&self, what: &str, wished: impl Fn(&str) -> bool) -> Result<()> {
        eventually(what, async || {
            let text = self.text().await?;
            Ok(if wished(&text.to_lowercase()) { Ok(()) } else { Err(told(&text)) })
        })
        .await
    }

    /// Waits until a script finds what it looks for.
    pub(crate) async fn until(&self, what: &str, script: &str, arguments: &[&str]) -> Result<()> {
        eventually(what, async || {
            if self.eval(script, arguments).await?.as_bool() == Some(true) {
                return Ok(Ok(()));
            }
            Ok(Err(told(&self.text().await?)))
        })
        .await
    }

    /// The texts of all elements that a selector names.
    pub(crate) async fn texts(&self, selector: &str) -> Result<Vec<String>> {
        let script =
            "return [...document.querySelectorAll(arguments[0])].map((one) => one.innerText.trim());";
        Ok(serde_json::from_value(self.eval(script, &[selector]).await?)?)
    }

    /// What a script returns.
    pub(crate) async fn eval(&self, script: &str, arguments: &[&str]) -> Result<Value> {
        let arguments: Vec<Value> = arguments.iter().map(|argument| json!(argument)).collect();
        Ok(self.driver.execute(script, arguments).await?.json().clone())
    }

    /// What a script hands to its last argument, a function.
    pub(crate) async fn eval_later(&self, script: &str) -> Result<Value> {
        Ok(self.driver.execute_async(script, Vec::new()).await?.json().clone())
    }

    // Pressing and writing

    /// Presses what has this name, as soon as it can be pressed.
    pub(crate) async fn press(&self, name: &str) -> Result<()> {
        self.press_in("", name).await
    }

    /// The same, inside what a selector names.
    pub(crate) async fn press_in(&self, within: &str, name: &str) -> Result<()> {
        eventually(&format!("“{name}” can be pressed"), async || {
            let Some(element) = self.find(PRESSABLE, &[name, within]).await? else {
                return Ok(Err(told(&self.text().await?)));
            };
            // What moves away or is covered for a moment is pressed at the next look.
            Ok(element.click().await.map_err(|error| error.to_string()))
        })
        .await
    }

    /// The element that a script returns, as soon as there is one.
    pub(crate) async fn element(&self, what: &str, script: &str, arguments: &[&str]) -> Result<WebElement> {
        eventually(&format!("{what} is there"), async || match self.find(script, arguments).await? {
            Some(element) => Ok(Ok(element)),
            None => Ok(Err(told(&self.text().await?))),
        })
        .await
    }

    async fn find(&self, script: &str, arguments: &[&str]) -> Result<Option<WebElement>> {
        let arguments: Vec<Value> = arguments.iter().map(|argument| json!(argument)).collect();
        let found = self.driver.execute(script, arguments).await?;
        Ok(if found.json().is_null() { None } else { Some(found.element()?) })
    }

    /// Writes into the field with this label, in place of what is there.
    pub(crate) async fn write(&self, within: &str, label: &str, text: &str) -> Result<()> {
        let field = self.element(&format!("the field “{label}”"), FIELD, &[label, within]).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// Chooses one of a list.
    pub(crate) async fn pick(&self, label: &str, option: &str) -> Result<()> {
        let list = self.element(&format!("the list “{label}”"), FIELD, &[label, ""]).await?;
        let option = list.find(By::XPath(format!("option[normalize-space()='{option}']"))).await?;
        Ok(option.click().await?)
    }

    /// Gives files to the page, as a person would in the system's dialog.
    pub(crate) async fn choose_files(&self, files: &[&Path]) -> Result<()> {
        let input =
            self.element("the choice of files", "return document.querySelector('#choose');", &[]).await?;
        let mut names = Vec::new();
        for file in files {
            names.push(file.canonicalize()?.display().to_string());
        }
        Ok(input.send_keys(names.join("\n")).await?)
    }

    /// Presses a key, or writes, wherever the focus is.
    pub(crate) async fn keys(&self, keys: impl AsRef<str>) -> Result<()> {
        Ok(self.driver.action_chain().send_keys(keys.as_ref()).perform().await?)
    }

    /// Presses a key while Control is held.
    pub(crate) async fn with_control(&self, key: impl Into<char>) -> Result<()> {
        let key = key.into();
        let chain = self.driver.action_chain().key_down(Key::Control).key_down(key).key_up(key);
        Ok(chain.key_up(Key::Control).perform().await?)
    }

    /// Goes on with the Tab key until the focus is on something in whose name this stands.
    pub(crate) async fn tab_to(&self, name: &str) -> Result<()> {
        let mut passed = Vec::new();
        for _ in 0..TABS_MAX {
            let on = self.eval(FOCUSED, &[]).await?.as_str().unwrap_or_default().to_owned();
            if on.contains(name) {
                return Ok(());
            }
            passed.push(on.chars().take(40).collect::<String>());
            self.keys(Key::Tab.value().to_string()).await?;
        }
        anyhow::bail!("“{name}” is not reached with the Tab key; passed {passed:?}")
    }

    pub(crate) async fn double_click(&self, element: &WebElement) -> Result<()> {
        element.scroll_into_view().await?;
        Ok(self.driver.action_chain().double_click_element(element).perform().await?)
    }

    // The browser itself

    /// A command of the `DevTools` protocol.
    pub(crate) async fn devtools(&self, method: &str, parameters: Value) -> Result<Value> {
        self.driver.cdp().send_raw(method, parameters).await.with_context(|| method.to_owned())
    }

    /// Runs a script in every document from now on, before the page's own.
    pub(crate) async fn before_every_document(&self, script: &str) -> Result<()> {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await?;
        Ok(())
    }

    /// The line: nothing gets through, or at most so many bytes a second to the server (-1: as they come).
    pub(crate) async fn line(&self, offline: bool, upload_bytes_per_second: i64) -> Result<()> {
        self.devtools("Network.enable", json!({})).await?;
        let conditions = json!({
            "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": upload_bytes_per_second,
        });
        self.devtools("Network.emulateNetworkConditions", conditions).await?;
        Ok(())
    }

    /// Looks at the page as on paper (`print`) or the screen (empty), light or dark.
    pub(crate) async fn media(&self, media: &str, scheme: &str) -> Result<()> {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "media": media, "features": features })).await?;
        Ok(())
    }

    /// Gives the window this size.
    pub(crate) async fn size(&self, width: u32, height: u32) -> Result<()> {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await?;
        Ok(())
    }

    /// The page as PDF, as it would be printed.
    pub(crate) async fn printed(&self) -> Result<Vec<u8>> {
        Ok(self.driver.print_page(PrintParameters::default()).await?)
    }

    pub(crate) async fn screenshot(&self) -> Result<Vec<u8>> {
        Ok(self.driver.screenshot_as_png().await?)
    }

    /// What the witness has kept: `faults`, `begun`, `parts`.
    pub(crate) async fn witnessed(&self, list: &str) -> Result<Vec<Value>> {
        let script = "return JSON.parse(sessionStorage.getItem(`witness.${arguments[0]}`) ?? '[]');";
        Ok(serde_json::from_value(self.eval(script, &[list]).await?)?)
    }

    /// No script from outside ran, nothing was against the policy, and nothing went wrong that nobody caught.
    pub(crate) async fn is_without_faults(&self) -> Result<()> {
        let faults = self.witnessed("faults").await?;
        ensure!(faults.is_empty(), "{}", json!(faults));
        Ok(())
    }

    pub(crate) async fn close(self) -> Result<()> {
        Ok(self.driver.quit().await?)
    }
}

fn told(text: &str) -> String {
    text.chars().take(TOLD_CHARS_MAX).collect()
}
