//! What people see: the accounts, that they are signed out, or why it cannot go on.

use crate::{ACCOUNTS, Account, authorize::Wish};
use std::fmt::Write as _;

const STYLE: &str = "
:root{color-scheme:light dark;--paper:#faf8f3;--sheet:#fff;--ink:#22261f;--soft:#5d635a;--line:#dcd8cc;--accent:#1d5c4d}
@media(prefers-color-scheme:dark){:root{--paper:#161a18;--sheet:#1e2421;--ink:#e9ebe4;--soft:#a3aaa0;--line:#384039;--accent:#7cc7b0}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;padding:clamp(1.5rem,6vw,5rem) 1.25rem;background:var(--paper);color:var(--ink);
font:1rem/1.55 system-ui,sans-serif}
main{max-width:40rem;margin:0 auto}
h1{margin:0 0 .5rem;font:400 clamp(1.75rem,5vw,2.5rem)/1.15 ui-serif,Georgia,serif}
h2{margin:2rem 0 .75rem;font-size:1rem;font-weight:600}
p{margin:0 0 1rem;color:var(--soft);max-width:34rem}
ul{list-style:none;margin:0;padding:0;display:grid;gap:.75rem;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr))}
button{display:block;width:100%;height:100%;padding:.9rem 1rem;border:1px solid var(--line);border-radius:.6rem;
background:var(--sheet);color:inherit;font:inherit;text-align:left;cursor:pointer}
button:hover{border-color:var(--accent)}
button:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
b{display:block;color:var(--accent)}
span{display:block;color:var(--soft);font-size:.9rem;line-height:1.4}
.note{max-width:none;margin-top:2.5rem;padding-top:1rem;border-top:1px solid var(--line);font-size:.9rem}";

/// The page of accounts. Choosing one sends the request on as it came.
pub(crate) fn accounts(wish: &Wish) -> String {
    let fields = [
        ("response_type", &wish.response_type),
        ("client_id", &wish.client_id),
        ("redirect_uri", &wish.redirect_uri),
        ("state", &wish.state),
        ("nonce", &wish.nonce),
        ("code_challenge", &wish.code_challenge),
        ("code_challenge_method", &wish.code_challenge_method),
    ];
    let mut form = String::new();
    // Writing to a string does not fail.
    for (name, value) in fields {
        let _ = write!(form, "<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escaped(value));
    }
    for school in ACCOUNTS.chunk_by(|one, other| one.school == other.school) {
        let name = school.first().map(Account::school_name).unwrap_or_default();
        let _ = write!(form, "<h2>{name}</h2><ul>");
        for account in school {
            let (username, role, does) = (account.username, account.role_name(), account.does());
            let _ = write!(
                form,
                "<li><button name=\"account\" value=\"{username}\"><b>{role}</b><span>{does}</span></button></li>"
            );
        }
        form.push_str("</ul>");
    }
    page(
        "Development sign-in",
        &format!(
            "<h1>Who are you today?</h1><p>Choose an account. Each sees only what is its school's.</p>\
             <form method=\"post\">{form}</form>\
             <p class=\"note\">This is a development sign-in: it asks for no password, works on this machine only and \
             does not remember whom you chose.</p>"
        ),
    )
}

/// That somebody is signed out, where no application wants them back.
pub(crate) fn signed_out() -> String {
    page(
        "Signed out",
        "<h1>You are signed out</h1><p>This development sign-in remembers nobody. You can close this page.</p>",
    )
}

/// Why it cannot go on, in words of this crate.
pub(crate) fn refused(wrong: &str) -> String {
    page(
        "Refused",
        &format!(
            "<h1>This cannot go on</h1><p>{}.</p>\
             <p>Go back to the application and begin again; if it happens again, its settings are wrong.</p>",
            escaped(wrong)
        ),
    )
}

fn page(title: &str, content: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>{STYLE}</style></head>\
         <body><main>{content}</main></body></html>"
    )
}

fn escaped(text: &str) -> String {
    let escape = |c| match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&#39;".to_owned(),
        c => String::from(c),
    };
    text.chars().map(escape).collect()
}
