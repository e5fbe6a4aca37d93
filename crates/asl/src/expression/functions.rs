//! The functions that AWS adds to JSONata, and JSONata's impure ones on injected time and chance.

use crate::limits::RANGE_ITEMS_MAX;
use jiff::Timestamp;
use jsonata_core::{
    evaluator::{Evaluator, EvaluatorError, HostFnResult},
    value::JValue,
};
use md5::Digest;
use serde_json::Value;
use std::{cell::RefCell, rc::Rc};

/// The functions that AWS adds, without their dollar sign.
pub(super) const ADDED: &[&str] = &["partition", "range", "hash", "random", "uuid", "parse"];

type Function = Box<dyn Fn(&[JValue]) -> HostFnResult>;

/// Makes them known to an evaluator. Everything random follows from `seed`.
pub(super) fn register(evaluator: &mut Evaluator, now: Timestamp, seed: u64) {
    let chance = Rc::new(RefCell::new(fastrand::Rng::with_seed(seed)));
    let mut add = |name: &str, function: Function| {
        evaluator
            .register_fn_override(name, move |arguments: &[JValue]| function(arguments))
            .expect("none of these names takes part in the evaluator's compiled path");
    };
    add("partition", Box::new(partition));
    add("range", Box::new(range));
    add("hash", Box::new(hash));
    add("parse", Box::new(parse));
    add("eval", Box::new(|_| Err(error("$eval is not available"))));
    add("now", Box::new(move |_| Ok(JValue::string(instant(now)))));
    let millis = JValue::from_i64(now.as_millisecond());
    add("millis", Box::new(move |_| Ok(millis.clone())));
    let rng = Rc::clone(&chance);
    add("random", Box::new(move |arguments| Ok(JValue::from_f64(random(arguments, &mut rng.borrow_mut())?))));
    let rng = Rc::clone(&chance);
    add("uuid", Box::new(move |_| Ok(JValue::string(uuid(&mut rng.borrow_mut())))));
    add("shuffle", Box::new(move |arguments| Ok(shuffle(arguments, &mut chance.borrow_mut()))));
}

/// An instant as JSONata and the context object write it: UTC to the millisecond.
pub(crate) fn instant(at: Timestamp) -> String {
    format!("{at:.3}")
}

fn error(message: impl Into<String>) -> EvaluatorError {
    EvaluatorError::EvaluationError(message.into())
}

fn number(arguments: &[JValue], index: usize, function: &str) -> Result<f64, EvaluatorError> {
    let found = arguments.get(index).and_then(JValue::as_f64).filter(|number| number.is_finite());
    found.ok_or_else(|| error(format!("argument {} of ${function} must be a number", index + 1)))
}

fn text<'a>(arguments: &'a [JValue], index: usize, function: &str) -> Result<&'a str, EvaluatorError> {
    let found = arguments.get(index).and_then(JValue::as_str);
    found.ok_or_else(|| error(format!("argument {} of ${function} must be a string", index + 1)))
}

/// `$partition(array, size)`: the array cut into pieces, the last of which may be shorter.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be at least 1; a cast saturates"
)]
fn partition(arguments: &[JValue]) -> HostFnResult {
    let items = arguments.first().and_then(JValue::as_array);
    let items = items.ok_or_else(|| error("argument 1 of $partition must be an array"))?;
    let size = number(arguments, 1, "partition")?.floor();
    if size < 1.0 {
        return Err(error("argument 2 of $partition must be at least 1"));
    }
    Ok(JValue::array(items.chunks(size as usize).map(|piece| JValue::array(piece.to_vec())).collect()))
}

/// `$range(first, last, step)`: both ends belong to it.
fn range(arguments: &[JValue]) -> HostFnResult {
    let [first, last, step] = [0, 1, 2].map(|index| number(arguments, index, "range"));
    let (first, last, step) = (first?.trunc(), last?.trunc(), step?.trunc());
    if step == 0.0 {
        return Err(error("argument 3 of $range must not be 0"));
    }
    let count = ((last - first) / step).floor() + 1.0;
    #[expect(clippy::cast_precision_loss, reason = "the bound is small")]
    let most = RANGE_ITEMS_MAX as f64;
    if count > most {
        return Err(error(format!("$range gives at most {RANGE_ITEMS_MAX} items")));
    }
    let mut items = Vec::new();
    let mut next = first;
    while (step > 0.0 && next <= last) || (step < 0.0 && next >= last) {
        items.push(JValue::from_f64(next));
        next += step;
    }
    Ok(JValue::array(items))
}

/// `$hash(text, algorithm)`: in lower-case hexadecimal.
fn hash(arguments: &[JValue]) -> HostFnResult {
    let content = text(arguments, 0, "hash")?;
    let algorithm = text(arguments, 1, "hash")?;
    let digest = match algorithm {
        "MD5" => hex::encode(md5::Md5::digest(content)),
        "SHA-1" => hex::encode(sha1::Sha1::digest(content)),
        "SHA-256" => hex::encode(sha2::Sha256::digest(content)),
        "SHA-384" => hex::encode(sha2::Sha384::digest(content)),
        "SHA-512" => hex::encode(sha2::Sha512::digest(content)),
        other => return Err(error(format!("$hash knows no algorithm {other:?}"))),
    };
    Ok(JValue::string(digest))
}

/// `$parse(text)`: the JSON in a string.
fn parse(arguments: &[JValue]) -> HostFnResult {
    let value: Value = serde_json::from_str(text(arguments, 0, "parse")?)
        .map_err(|problem| error(format!("$parse was given what is not JSON: {problem}")))?;
    Ok(JValue::from(value))
}

/// `$random(seed?)`: from 0 up to 1; the same for the same seed.
fn random(arguments: &[JValue], rng: &mut fastrand::Rng) -> Result<f64, EvaluatorError> {
    match arguments.first() {
        None | Some(JValue::Undefined) => Ok(rng.f64()),
        Some(_) => Ok(fastrand::Rng::with_seed(number(arguments, 0, "random")?.to_bits()).f64()),
    }
}

fn uuid(rng: &mut fastrand::Rng) -> String {
    let mut bytes = [0; 16];
    rng.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

fn shuffle(arguments: &[JValue], rng: &mut fastrand::Rng) -> JValue {
    match arguments.first() {
        None | Some(JValue::Undefined) => JValue::Undefined,
        Some(value) => {
            let mut items = value.as_array().map_or_else(|| vec![value.clone()], Clone::clone);
            rng.shuffle(&mut items);
            JValue::array(items)
        }
    }
}
