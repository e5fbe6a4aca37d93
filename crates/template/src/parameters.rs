//! Parameters: defaults, the host's values, and the rules they must keep.

use std::collections::BTreeMap;

use regex_lite::Regex;

use crate::error::{Problem, TemplateError};
use crate::place::Place;
use crate::syntax::{Entry, Node};
use crate::value::{Fields, Found, Value};

/// A parameter as it is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub(crate) value: String,
    /// `NoEcho`: never shown.
    pub(crate) secret: bool,
}

/// Applies the host's values over the template's defaults.
pub(crate) fn apply(
    declared: &[Entry],
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Parameter>, TemplateError> {
    let section = Place::section("Parameters");
    if let Some(name) = given.keys().find(|name| !declared.iter().any(|entry| entry.name == **name)) {
        return Err(section.refuse(Problem::Unknown(name.clone())));
    }
    declared
        .iter()
        .map(|entry| Ok((entry.name.clone(), read(entry, given.get(&entry.name).map(String::as_str))?)))
        .collect()
}

fn read(entry: &Entry, given: Option<&str>) -> Result<Parameter, TemplateError> {
    let declaration = literal(&entry.node, &entry.place)?;
    let mut fields = Found::new(entry.place.clone(), &declaration).fields()?;
    fields.aws_only(&["Description"]);
    let number = fields
        .required("Type")?
        .one_of(&["String", "Number"], "a parameter is a String or a Number")?
        .eq("Number");
    let secret = fields.optional("NoEcho").map_or(Ok(false), |found| found.flag())?;
    let default = fields.optional("Default").map(|found| found.text()).transpose()?;
    let explanation = fields.optional("ConstraintDescription").map(|found| found.text()).transpose()?;
    let value = given.map(str::to_owned).or(default);
    let value = value.ok_or_else(|| {
        entry.place.refuse(Problem::Parameter("has no default, so the host must give it a value".to_owned()))
    })?;
    let broken = broken_rule(&mut fields, &value, number)?;
    fields.finish()?;
    match broken {
        None => Ok(Parameter { value, secret }),
        Some(rule) => {
            let shown = if secret { "the value given (not shown)".to_owned() } else { format!("{value:?}") };
            let rule = explanation.unwrap_or(rule);
            Err(entry.place.refuse(Problem::Parameter(format!("{shown} is refused: {rule}"))))
        }
    }
}

/// The first rule that the value breaks. All rules are read, so that unknown ones stand out.
fn broken_rule(fields: &mut Fields<'_>, value: &str, number: bool) -> Result<Option<String>, TemplateError> {
    let amount: Option<f64> = value.parse().ok().filter(|amount: &f64| amount.is_finite());
    let not_a_number = (number && amount.is_none()).then(|| "it must be a number".to_owned());
    let rules = [
        not_a_number,
        allowed_values(fields, value)?,
        allowed_pattern(fields, value)?,
        length(fields, value)?,
        size(fields, amount)?,
    ];
    Ok(rules.into_iter().flatten().next())
}

fn allowed_values(fields: &mut Fields<'_>, value: &str) -> Result<Option<String>, TemplateError> {
    let Some(allowed) = fields.optional("AllowedValues") else { return Ok(None) };
    let allowed = allowed.texts()?;
    let keeps = allowed.iter().any(|one| one == value);
    Ok((!keeps).then(|| format!("it must be one of {}", allowed.join(", "))))
}

fn allowed_pattern(fields: &mut Fields<'_>, value: &str) -> Result<Option<String>, TemplateError> {
    let Some(pattern) = fields.optional("AllowedPattern") else { return Ok(None) };
    let text = pattern.text()?;
    // CloudFormation matches the whole value.
    let whole = Regex::new(&format!("^(?:{text})$"))
        .map_err(|error| pattern.place.expected("a regular expression", error.to_string()))?;
    Ok((!whole.is_match(value)).then(|| format!("it must match {text}")))
}

fn length(fields: &mut Fields<'_>, value: &str) -> Result<Option<String>, TemplateError> {
    let length = value.chars().count();
    let mut side = |name| fields.optional(name).map(|found| found.number(0..=u32::MAX)).transpose();
    let (least, most) = (side("MinLength")?, side("MaxLength")?);
    let short = least
        .filter(|least| length < *least as usize)
        .map(|least| format!("it must have {least} or more characters"));
    let long = most
        .filter(|most| length > *most as usize)
        .map(|most| format!("it must have {most} characters at most"));
    Ok(short.or(long))
}

/// A text that is no number has no size to break a rule with.
fn size(fields: &mut Fields<'_>, amount: Option<f64>) -> Result<Option<String>, TemplateError> {
    let mut side = |name| fields.optional(name).map(|found| bound(&found)).transpose();
    let (least, most) = (side("MinValue")?, side("MaxValue")?);
    let Some(amount) = amount else { return Ok(None) };
    let small = least.filter(|least| amount < *least).map(|least| format!("it must be {least} or more"));
    let large = most.filter(|most| amount > *most).map(|most| format!("it must be {most} at most"));
    Ok(small.or(large))
}

fn bound(found: &Found<'_>) -> Result<f64, TemplateError> {
    let text = found.text()?;
    text.parse()
        .ok()
        .filter(|bound: &f64| bound.is_finite())
        .ok_or_else(|| found.place.expected("a number", text))
}

/// A declaration holds no intrinsic functions.
fn literal(node: &Node, place: &Place) -> Result<Value, TemplateError> {
    Ok(match node {
        Node::Null => Value::Null,
        Node::Bool(flag) => Value::Bool(*flag),
        Node::Number(number) => Value::Number(number.clone()),
        Node::Text(text) => Value::Text(text.clone()),
        Node::List(items) => Value::List(
            items
                .iter()
                .enumerate()
                .map(|(index, item)| literal(item, &place.item(index)))
                .collect::<Result<_, _>>()?,
        ),
        Node::Map(fields) => Value::Map(
            fields
                .iter()
                .map(|(name, inner)| Ok((name.clone(), literal(inner, &place.field(name))?)))
                .collect::<Result<_, TemplateError>>()?,
        ),
        Node::Call(..) => return Err(place.expected("a plain value", node.kind())),
    })
}
