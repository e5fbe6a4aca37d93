//! Parameters of the project's own template: what is refused before anything is created, and with which sentence.

use template::Plan;

use super::texts::{own_file, own_text, settings};

/// 32 bytes.
const SECRET: &str = "whsec_dGhpcnR5LXR3by1ieXRlcy1hcmUtbG9uZy1lbm91Z2g=";

/// What is said of the parameters of a stack on AWS, changed like this; `-` takes one away.
fn said(stage: &str, changes: &[(&str, &str)]) -> Option<String> {
    let mut settings = settings();
    let aws = [
        ("Stage", stage),
        ("GradualReleases", "true"),
        ("PageOrigin", "https://lectern.example.org"),
        ("ProcessorUrl", "https://processor.example.org/v1"),
        ("CallbackSecrets", SECRET),
        ("FetchHosts", "results.example.org"),
        ("FetchLoopback", "false"),
        ("OidcIssuer", "https://issuer.example.org"),
    ];
    for (name, value) in aws.iter().chain(changes) {
        if *value == "-" {
            settings.parameters.remove(*name);
        } else {
            settings.parameters.insert((*name).to_owned(), (*value).to_owned());
        }
    }
    Plan::load(&own_text(), &settings, own_file).err().map(|error| error.to_string())
}

fn refused(stage: &str, changes: &[(&str, &str)], expect: &str) {
    let said = said(stage, changes);
    assert!(said.as_ref().is_some_and(|said| said.contains(expect)), "{changes:?}: {said:?}");
}

#[test]
fn a_stack_with_everything_is_taken_on_every_stage() {
    for stage in ["dev", "staging", "prod"] {
        assert_eq!(said(stage, &[]), None, "{stage}");
        // A user pool of its own.
        assert_eq!(said(stage, &[("OidcIssuer", ""), ("OidcClientId", "")]), None, "{stage}");
        assert_eq!(said(stage, &[("CallbackConcurrency", "0"), ("ResultsDays", "0")]), None, "{stage}");
    }
}

#[test]
fn a_wrong_parameter_is_refused_with_what_to_set() {
    refused("prod", &[("ProcessorUrl", "-")], "has no default");
    refused(
        "prod",
        &[("ProcessorUrl", "")],
        "Set ProcessorUrl to the processor's base URL, which begins with https://",
    );
    for stage in ["dev", "staging", "prod"] {
        for plain in
            ["http://processor.example.org", "http://127.0.0.1.example.org", "http://localhost@example.org"]
        {
            refused(stage, &[("ProcessorUrl", plain)], "Set ProcessorUrl");
        }
    }
    refused("test", &[], "Set Stage to dev, staging or prod");
    refused("prod", &[("PageOrigin", "https://*")], "Set PageOrigin");
    refused("prod", &[("PageOrigin", "https://lectern.example.org/")], "Set PageOrigin");
    refused("prod", &[("BucketPrefix", "Lectern")], "Set BucketPrefix");
    refused("prod", &[("FetchHosts", "")], "Set FetchHosts");
    refused("prod", &[("ProcessorToken", "")], "Set ProcessorToken");
    refused("prod", &[("Release", "2026-01-02")], "Leave Release empty");
}

#[test]
fn a_short_secret_is_refused_and_not_shown() {
    let short = "whsec_dGhpcnR5LW9uZS1ieXRlcy1hcmUtbm90LWVub3VnaA==";
    let both = format!("{SECRET},{short}");
    for secrets in ["", "secret", short, &both, SECRET.trim_start_matches("whsec_")] {
        let said = said("prod", &[("CallbackSecrets", secrets)]).unwrap();
        assert!(
            said.contains("Set CallbackSecrets to whsec_ and the base64 of 32 to 64 random bytes"),
            "{said}"
        );
        assert!(secrets.is_empty() || !said.contains(secrets), "{said}");
    }
    assert_eq!(said("prod", &[("CallbackSecrets", &format!("{SECRET},{SECRET}"))]), None);
}

#[test]
fn what_is_for_one_machine_stays_in_development() {
    for stage in ["staging", "prod"] {
        refused(stage, &[("FetchLoopback", "true")], "Set FetchLoopback to false");
        refused(stage, &[("TimeScale", "60")], "Set TimeScale to 1");
    }
    assert_eq!(
        said("dev", &[("FetchLoopback", "true"), ("TimeScale", "60"), ("GradualReleases", "false")]),
        None
    );
    refused("prod", &[("GradualReleases", "false")], "Set GradualReleases to true");
    refused("dev", &[("OidcClientId", "")], "Set both OidcIssuer and OidcClientId");
    refused("dev", &[("OidcIssuer", "")], "Set both OidcIssuer and OidcClientId");
}
