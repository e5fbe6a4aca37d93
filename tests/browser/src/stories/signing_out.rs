//! Signing out ends here and at the issuer, and no token is in an address on the way.

use crate::{page::Page, stage::Stage};
use anyhow::{Result, ensure};
use serde_json::json;

/// An issuer's address for signing out that this host answers with a page, so that what it was asked can be seen.
const LISTENING: &str = r#"
const session = JSON.parse(sessionStorage.getItem("lectern.session"));
session.settings.end_session_endpoint = `${location.origin}/of-an-issuer?kept=1`;
sessionStorage.setItem("lectern.session", JSON.stringify(session));"#;

pub(super) async fn tell(stage: &Stage) -> Result<()> {
    stage
        .visit(async |page| {
            page.sign_in("teacher", "/documents").await?;
            page.press("Sign out").await?;
            signed_out(page).await?;
            let led = "const [way] = performance.getEntriesByType('navigation'); return [location.pathname, way.redirectCount];";
            ensure!(page.eval(led, &[]).await? == json!(["/", 1]), "the issuer leads back to the first page");
            page.open("/documents").await?;
            signed_out(page).await?;

            page.sign_in("teacher", "/documents").await?;
            page.eval(LISTENING, &[]).await?;
            page.reload().await?;
            page.press("Sign out").await?;
            page.until("the issuer is asked", "return location.pathname === '/of-an-issuer';", &[]).await?;
            signed_out(page).await?;
            let asked = page.eval("return Object.fromEntries(new URLSearchParams(location.search));", &[]).await?;
            let back = format!("{}/", stage.host.url);
            // The last is Cognito's name for the way back.
            let expect = json!({
                "kept": "1", "client_id": "lectern-local", "post_logout_redirect_uri": back, "logout_uri": back,
            });
            ensure!(asked == expect, "{asked}");
            Ok(())
        })
        .await
}

async fn signed_out(page: &Page) -> Result<()> {
    page.see("A good lesson deserves a careful reader").await?;
    let kept = page.eval("return sessionStorage.getItem('lectern.session');", &[]).await?;
    ensure!(kept.is_null(), "tokens are still here");
    Ok(())
}
