//! What starts a function: the entries of `Events`.

use std::time::Duration;

use super::queue_named_by;
use crate::error::{Problem, TemplateError};
use crate::plan::{Event, EventPattern, EventRule, HttpRoute, Method, Schedule, SqsEvent};
use crate::scope::{Kind, Scope};
use crate::value::{Fields, Found};

/// One receive gives at most ten messages; AWS makes larger batches of several.
const BATCH_MESSAGES_MAX: u32 = 10;
const BATCH_MESSAGES_DEFAULT: u32 = 10;
const WINDOW_SECONDS_MAX: u32 = 300;
// Lambda's range for an event source's maximum concurrency.
const CONCURRENCY_MIN: u32 = 2;
const CONCURRENCY_MAX: u32 = 1_000;

pub(super) fn read(id: &str, found: &Found<'_>, scope: &Scope<'_>) -> Result<Event, TemplateError> {
    let mut fields = found.fields()?;
    let kind = fields.required("Type")?.one_of(
        &["SQS", "Schedule", "EventBridgeRule", "HttpApi"],
        "SQS, Schedule, EventBridgeRule or HttpApi",
    )?;
    let properties = fields.required("Properties")?.fields()?;
    fields.finish()?;
    let id = id.to_owned();
    match kind.as_str() {
        "SQS" => sqs(id, properties, scope).map(Event::Sqs),
        "Schedule" => schedule(id, properties).map(Event::Schedule),
        "EventBridgeRule" => rule(id, properties).map(Event::Rule),
        _ => http(id, properties, scope).map(Event::Http),
    }
}

fn sqs(id: String, mut fields: Fields<'_>, scope: &Scope<'_>) -> Result<SqsEvent, TemplateError> {
    let queue = queue_named_by(&fields.required("Queue")?, scope)?;
    let batch_size = fields.number_or("BatchSize", 1..=BATCH_MESSAGES_MAX, BATCH_MESSAGES_DEFAULT)?;
    let window = fields.number_or("MaximumBatchingWindowInSeconds", 0..=WINDOW_SECONDS_MAX, 0)?;
    let mut partial = false;
    if let Some(types) = fields.optional("FunctionResponseTypes") {
        for found in types.list()? {
            found.one_of(&["ReportBatchItemFailures"], "ReportBatchItemFailures")?;
            partial = true;
        }
    }
    let mut concurrency = None;
    if let Some(scaling) = fields.optional("ScalingConfig") {
        let mut scaling = scaling.fields()?;
        concurrency =
            Some(scaling.required("MaximumConcurrency")?.number(CONCURRENCY_MIN..=CONCURRENCY_MAX)?);
        scaling.finish()?;
    }
    fields.finish()?;
    Ok(SqsEvent { id, queue, batch_size, window: Duration::from_secs(window.into()), concurrency, partial })
}

fn schedule(id: String, mut fields: Fields<'_>) -> Result<Schedule, TemplateError> {
    fields.aws_only(&["Name", "Description"]);
    let expression = fields.required("Schedule")?;
    fields.finish()?;
    let text = expression.text()?;
    let every = rate(&text).ok_or_else(|| {
        let instead = "a rate such as rate(1 minute) or rate(5 minutes)";
        expression.place.refuse(Problem::ValueNotRun { found: text, instead })
    })?;
    Ok(Schedule { id, every })
}

/// `rate(1 minute)`, `rate(2 hours)`: one of a unit is singular, more are plural, as EventBridge has it.
fn rate(expression: &str) -> Option<Duration> {
    let (amount, unit) = expression.strip_prefix("rate(")?.strip_suffix(')')?.split_once(' ')?;
    let amount: u32 = amount.parse().ok().filter(|amount| *amount > 0)?;
    let singular = if amount == 1 { unit } else { unit.strip_suffix('s')? };
    let seconds: u64 = match singular {
        "minute" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        _ => return None,
    };
    Some(Duration::from_secs(seconds * u64::from(amount)))
}

fn rule(id: String, mut fields: Fields<'_>) -> Result<EventRule, TemplateError> {
    fields.aws_only(&["RuleName"]);
    let pattern = fields.required("Pattern")?;
    fields.finish()?;
    let pattern = EventPattern::new(&pattern.value.to_json()).map_err(|(inner, expected)| {
        let path = format!("{}{inner}", pattern.place);
        TemplateError {
            path,
            problem: Problem::ValueNotRun { found: "this pattern".to_owned(), instead: expected },
        }
    })?;
    Ok(EventRule { id, pattern })
}

fn http(id: String, mut fields: Fields<'_>, scope: &Scope<'_>) -> Result<HttpRoute, TemplateError> {
    let api = fields.required("ApiId")?;
    let named = api.text()?;
    if !scope.created(Kind::HttpApi).any(|resource| resource.logical_id == named) {
        return Err(api.place.refuse(Problem::WrongTarget { found: named, expected: "an HTTP API" }));
    }
    let method = fields.required("Method")?.text()?.to_ascii_uppercase();
    let path = fields.required("Path")?;
    fields.finish()?;
    let method = if method == "ANY" { Method::Any } else { Method::Only(method) };
    Ok(HttpRoute { id, method, path: checked_path(&path)? })
}

/// A path of literals and `{variables}`, of which only the last may be greedy.
fn checked_path(found: &Found<'_>) -> Result<String, TemplateError> {
    let path = found.text()?;
    let Some(relative) = path.strip_prefix('/') else {
        return Err(found.place.expected("a path that begins with /", path));
    };
    let segments: Vec<&str> = relative.split('/').collect();
    let keeps = segments.iter().enumerate().all(|(index, segment)| {
        let last = index + 1 == segments.len();
        match segment.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) {
            Some(name) => {
                let name = if last { name.strip_suffix('+').unwrap_or(name) } else { name };
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            }
            None => !segment.contains(['{', '}']) && (!segment.is_empty() || segments.len() == 1),
        }
    });
    if keeps {
        return Ok(path);
    }
    Err(found.place.expected("literal segments, {variables} and perhaps {proxy+} at the end", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_as_eventbridge_reads_them() {
        for (expression, seconds) in [
            ("rate(1 minute)", Some(60)),
            ("rate(5 minutes)", Some(300)),
            ("rate(1 hour)", Some(3_600)),
            ("rate(2 days)", Some(172_800)),
            ("rate(1 minutes)", None),
            ("rate(5 minute)", None),
            ("rate(0 minutes)", None),
            ("rate(1 second)", None),
            ("cron(0 * * * ? *)", None),
            ("", None),
        ] {
            assert_eq!(rate(expression), seconds.map(Duration::from_secs), "{expression}");
        }
    }
}
