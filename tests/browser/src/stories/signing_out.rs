//! Signing out ends here and at the issuer, takes the refresh token back, and no token is in an address on the way.

use crate::{page::Page, stage::Stage};
use anyhow::{Context as _, Result, ensure};
use serde_json::json;

/// An issuer's address for signing out that this host answers with a page, so that what it was asked can be seen.
const LISTENING: &str = r#"
const session = JSON.parse(sessionStorage.getItem("lectern.session"));
session.settings.end_session_endpoint = `${location.origin}/of-an-issuer?kept=1`;
sessionStorage.setItem("lectern.session", JSON.stringify(session));"#;

/// What the issuer says to a refresh token. It can be asked once: a token that is still good is used up by it.
const REDEEM: &str = r#"
const fields = new URLSearchParams({ grant_type: "refresh_token", client_id: "lectern-local", refresh_token: arguments[0] });
return fetch("/issuer/token", { method: "POST", body: fields }).then((answer) => answer.status);"#;

pub(super) async fn tell(stage: &Stage) -> Result<()> {
    stage
        .visit(async |page| {
            page.sign_in("teacher", "/documents").await?;
            let kept = "return JSON.parse(sessionStorage.getItem('lectern.session')).refresh;";
            let refresh = page.eval(kept, &[]).await?;
            let refresh = refresh.as_str().context("a refresh token is kept until then")?;
            page.press("Sign out").await?;
            signed_out(page).await?;
            ensure!(page.eval(REDEEM, &[refresh]).await? == json!(400), "the refresh token is still good");
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
