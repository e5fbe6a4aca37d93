//! Each function's role against what the function does: the hosts of this run say which rights were made use of, and by whom.

use lectern::host::{Parameters, plan};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::{Mutex, PoisonError},
};
use template::Function;

/// Function, action, and the last part of the resource's ARN.
type Use = (String, String, String);

/// What was made use of, on all hosts that have ended.
static USED: Mutex<BTreeSet<Use>> = Mutex::new(BTreeSet::new());

/// Where the uses of the last run are kept, to be looked at.
const KEPT: &str = "calls.json";

/// A call that does not say what it is about: the right is needed on one resource at least.
const UNNAMED: &str = "?";

/// A browser's question before it asks: whoever signed the address needs no right for it.
const PREFLIGHT: &str = "s3:Other";

/// Why somebody may list who never does.
const NOT_THERE: &str = "without it S3 says of an object that is gone that it is forbidden";
/// What the fault matrix shows: nothing dies on these hosts but messages that make no sense.
const DEAD: &str = "a message that died with a document behind it";
/// What redrives of other stages take.
const REDRIVE: &str = "a document goes on from the stage in which it failed";

/// What is granted although no scenario shows its use each time: the function, the action, a part of the resource, and why.
const UNSEEN: [(&str, &str, &str, &str); 21] = [
    ("ingest", "s3:AbortMultipartUpload", "", "an upload that nobody goes on with ends after a day"),
    ("ingest", "s3:GetObject", "", "the latest version is looked at where its announcement was lost"),
    ("ingest", "s3:ListBucket", "", NOT_THERE),
    ("transfer-lesson-plans", "s3:ListBucket", "", NOT_THERE),
    ("transfer-videos", "s3:ListBucket", "", NOT_THERE),
    ("transfer-videos", "states:StartExecution", "", "a processor that is away when a video comes"),
    ("collect", "s3:ListBucket", "", NOT_THERE),
    ("collect", "s3:AbortMultipartUpload", "", "a rendition that breaks off leaves no parts"),
    ("normalize", "s3:DeleteObject", "", "what lost a race is removed"),
    ("sweep", "states:StartExecution", "forget", "a deletion whose machine did not start is taken up again"),
    ("forget", "s3:AbortMultipartUpload", "", "a document that is deleted while its parts are on their way"),
    ("park", "sqs:ChangeMessageVisibility", "", "a dead letter that could not be parked comes again"),
    ("park", "sqs:SendMessage", "", DEAD),
    ("park", "states:StartExecution", "", DEAD),
    ("park", "states:SendTaskFailure", "", DEAD),
    ("api", "s3:GetObject", "uploads", "an upload that is completed twice"),
    (
        "api",
        "s3:GetObject",
        "results",
        "films are fetched by browsers, by an address that the function signed",
    ),
    ("api", "s3:ListBucket", "", NOT_THERE),
    ("api", "sqs:SendMessage", "uploads", REDRIVE),
    ("api", "sqs:SendMessage", "videos", REDRIVE),
    ("api", "sqs:SendMessage", "normalization", REDRIVE),
];

/// Remembers what a host counted.
pub(super) async fn collect(aws_url: &str) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let asked = client.get(format!("{aws_url}/_lectern/counters")).send().await;
    // One that was stopped before has told what it counted.
    let Ok(answer) = asked else { return };
    let counted: Value = answer.json().await.unwrap();
    let mut used = USED.lock().unwrap_or_else(PoisonError::into_inner);
    for (caller, rights) in counted["rights"].as_object().into_iter().flatten() {
        for right in rights.as_array().into_iter().flatten() {
            let text = |at: usize| right[at].as_str().unwrap().to_owned();
            used.insert((caller.clone(), text(0), text(1)));
        }
    }
}

/// What is wrong with the roles, as sentences. Only a `whole` run shows that something is never used.
pub(super) fn problems(whole: bool) -> Vec<String> {
    let used = USED.lock().unwrap_or_else(PoisonError::into_inner).clone();
    keep(&used);
    let functions = functions();
    let mut problems = Vec::new();
    for (caller, action, resource) in used.iter().filter(|(_, action, _)| action != PREFLIGHT) {
        // People sign with a key of their own.
        let Some(function) = functions.iter().find(|function| function.name == *caller) else { continue };
        if !granted(function)
            .any(|(has, on)| has == *action && (resource == UNNAMED || covers(&on, resource)))
        {
            problems.push(format!("{caller} needs {action} on {resource}, and its role does not grant it"));
        }
    }
    for function in functions.iter().filter(|_| whole) {
        for (action, on) in granted(function) {
            let seen = used.iter().any(|(caller, used, resource)| {
                *caller == function.name && *used == action && (resource == UNNAMED || covers(&on, resource))
            });
            let explained = UNSEEN.iter().any(|(name, unseen, part, _)| {
                function.name == format!("lectern-{name}") && action == *unseen && on.contains(part)
            });
            if !seen && !explained {
                problems.push(format!("{}: {action} on {on} is granted and was never used", function.name));
            }
        }
    }
    problems
}

/// The functions as the template has them. What the settings say decides nothing about rights.
fn functions() -> Vec<Function> {
    let nowhere = || "http://127.0.0.1:1".to_owned();
    let parameters = Parameters {
        aws_endpoint: nowhere(),
        api_endpoint: nowhere(),
        processor_url: nowhere(),
        processor_token: "token".to_owned(),
        callback_secrets: "whsec_cmlnaHRzLXJpZ2h0cy1yaWdodHMtcmlnaHRzLTMyYi4=".to_owned(),
        issuer: nowhere(),
        time_scale: 1,
        upload_bytes_max: None,
        requests_per_second: None,
    };
    plan(None, &parameters).unwrap().functions
}

/// The actions and the last parts of the ARNs that a role grants.
fn granted(function: &Function) -> impl Iterator<Item = (String, String)> {
    function.rights.iter().flat_map(|right| {
        right.actions.iter().flat_map(move |action| {
            let on = |arn: &String| arn.splitn(6, ':').nth(5).unwrap_or(arn).to_owned();
            right.resources.iter().map(move |arn| (action.clone(), on(arn)))
        })
    })
}

fn covers(pattern: &str, resource: &str) -> bool {
    pattern.strip_suffix('*').map_or(resource == pattern, |start| resource.starts_with(start))
}

fn keep(used: &BTreeSet<Use>) {
    let mut by_function: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (caller, action, resource) in used {
        by_function.entry(caller).or_default().push(format!("{action} {resource}"));
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(KEPT);
    fs::write(path, serde_json::to_vec_pretty(&by_function).unwrap()).unwrap();
}
