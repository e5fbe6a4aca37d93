//! JSONata expressions: parsed and checked once, evaluated against an execution's data.

mod check;
mod functions;
mod values;

pub(crate) use check::{Known, Sees};
pub(crate) use functions::instant;

use crate::limits::{EVALUATION_DEPTH_MAX, SEQUENCE_ITEMS_MAX};
use jiff::Timestamp;
use jsonata_core::{
    ast::AstNode,
    evaluator::{Context, Evaluator, EvaluatorOptions},
    parser,
    value::JValue,
};
use serde_json::{Map, Value};

/// An expression that was parsed and whose names are all known.
#[derive(Debug)]
pub(crate) struct Expression {
    source: String,
    tree: AstNode,
}

/// An expression that failed.
#[derive(Debug)]
pub(crate) struct Trouble {
    /// The field, such as `Arguments/Payload`, if it is the field's fault.
    pub(crate) location: Option<String>,
    pub(crate) cause: String,
}

impl Expression {
    /// Parses `source`, or says what is wrong with it.
    pub(crate) fn parse(source: &str, known: &Known, sees: Sees) -> Result<Self, String> {
        let tree = parser::parse(source).map_err(|error| {
            format!("The expression {source:?} cannot be parsed: {}", error.display_message())
        })?;
        check::check(&tree, known, sees).map_err(|problem| format!("The expression {source:?} {problem}"))?;
        Ok(Self { source: source.to_owned(), tree })
    }

    /// As the definition writes it, between the braces.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// Its value. Nothing, a function or a number that is none is trouble.
    pub(crate) fn evaluate(&self, scope: &mut Scope, field: &str) -> Result<Value, Trouble> {
        let trouble = |what: String| Trouble {
            location: Some(field.to_owned()),
            cause: format!(
                "The JSONata expression '{}' specified for the field '{field}' {what}",
                self.source
            ),
        };
        let value = scope
            .0
            .evaluate(&self.tree, &JValue::Undefined)
            .map_err(|error| trouble(format!("threw an error during evaluation. {}", error.message())))?;
        match values::to_json(&value) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(trouble("returned nothing (undefined).".to_owned())),
            Err(unfit) => Err(trouble(format!("returned an unsupported result: {unfit}."))),
        }
    }
}

/// What expressions see while one state is entered or left.
pub(crate) struct Scope(Evaluator);

impl Scope {
    /// `states` is the content of `$states`; `seed` is what `$random`, `$uuid` and `$shuffle` draw from.
    pub(crate) fn new(variables: &Map<String, Value>, states: Value, now: Timestamp, seed: u64) -> Self {
        let mut context = Context::new();
        for (name, value) in variables {
            context.bind(name.clone(), value.clone().into());
        }
        context.bind("states".to_owned(), states.into());
        let options = EvaluatorOptions {
            max_stack_depth: Some(EVALUATION_DEPTH_MAX),
            max_sequence_length: Some(SEQUENCE_ITEMS_MAX),
            ..EvaluatorOptions::default()
        };
        let mut evaluator = Evaluator::with_options(context, options);
        functions::register(&mut evaluator, now, seed);
        Self(evaluator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn known() -> Known {
        Known { variables: ["kept".to_owned()].into() }
    }

    fn evaluate(source: &str) -> Result<Value, String> {
        let expression = Expression::parse(source, &known(), Sees::default())?;
        let variables = Map::from_iter([("kept".to_owned(), json!({"deep": [1, 2, 3]}))]);
        let states =
            json!({"input": {"n": 4, "name": "plan", "rows": [{"id": "a", "v": 1}, {"id": "b", "v": 2}]}});
        let now = "2026-01-02T03:04:05.678Z".parse().unwrap();
        expression
            .evaluate(&mut Scope::new(&variables, states, now, 7), "Output")
            .map_err(|trouble| trouble.cause)
    }

    fn check(source: &str, expected: Value) {
        assert_eq!(evaluate(source), Ok(expected), "{source}");
    }

    fn check_fails(source: &str, part: &str) {
        let message = evaluate(source).expect_err(source);
        assert!(message.contains(part), "{source}: {message}");
    }

    #[test]
    fn expressions_read_input_and_variables() {
        check("$states.input.n * 2 + 0.5", json!(8.5));
        check("$states.input.n", json!(4));
        check("$kept.deep[1]", json!(2));
        check("$states.input.rows[id = 'b'].v", json!(2));
        check("$states.input.rows.{ 'key': id }", json!([{"key": "a"}, {"key": "b"}]));
        check("$states.input ~> |$|{'n': n + 1}, ['rows']|", json!({"n": 5, "name": "plan"}));
        check("($double := function($x) { $x * 2 }; $map([1..3], $double))", json!([2, 4, 6]));
        check("$map($states.input.rows, function($row) { $row.v })", json!([1, 2]));
        check("$states.input.rows^(>v).id", json!(["b", "a"]));
        check("$exists($states.input.missing)", json!(false));
        check("{'a': $states.input.missing, 'b': null}", json!({"b": null}));
        check("$sum($states.input.rows.v) & ''", json!("3"));
    }

    #[test]
    fn aws_functions_are_there_and_impure_ones_are_injected() {
        check("$partition([1..5], 2)", json!([[1, 2], [3, 4], [5]]));
        check("$range(1, 9, 4)", json!([1, 5, 9]));
        check("$range(5, 1, -2)", json!([5, 3, 1]));
        check(
            "$hash('abc', 'SHA-256')",
            json!("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        );
        check("$hash('abc', 'MD5')", json!("900150983cd24fb0d6963f7d28e17f72"));
        check("$hash('abc', 'SHA-1')", json!("a9993e364706816aba3e25717850c26c9cd0d89d"));
        check("$parse('{\"a\":[1]}').a", json!([1]));
        check("$now()", json!("2026-01-02T03:04:05.678Z"));
        check("$millis()", json!(1_767_323_045_678_i64));
        check("$fromMillis($millis() + 1000)", json!("2026-01-02T03:04:06.678Z"));
        check("($random() >= 0) and ($random() < 1)", json!(true));
        check("$random(5) = $random(5)", json!(true));
        check("$length($uuid())", json!(36));
        check("$count($shuffle([1..20]))", json!(20));
        check(
            "$map([1..2], function($i) { $hash($string($i), 'MD5') })[0]",
            json!("c4ca4238a0b923820dcc509a6f75849b"),
        );
        assert_eq!(evaluate("$uuid() & $random()"), evaluate("$uuid() & $random()"));
    }

    #[test]
    fn what_is_not_json_is_trouble() {
        check_fails("$states.input.missing", "returned nothing (undefined)");
        check_fails("1/0", "specified for the field 'Output'");
        check_fails("$uppercase", "unsupported result");
        check_fails("function($x) { $x }", "unsupported result");
        check_fails("'a' + 1", "T2001");
        check_fails("$parse('{')", "$parse");
        check_fails("$range(1, 5000, 1)", "1000");
        check_fails("$hash('a', 'CRC')", "CRC");
        check_fails("($f := function($n) { $n + $f($n + 1) }; $f(1))", "threw an error");
    }

    #[test]
    fn unknown_names_are_refused_when_parsed() {
        check_fails("$upperCase('a')", "$upperCase");
        check_fails("$eval('1')", "$eval");
        check_fails("$mispelt.deep", "$mispelt");
        check_fails("$states.inptu", "inptu");
        check_fails("$states.result.x", "result");
        check_fails("$states.errorOutput", "errorOutput");
        check_fails("n + 1", "`n`");
        check_fails("$.n", "$states.input");
        check_fails("$$.n", "$states.input");
        check_fails("$now('[Y]')", "$now");
        check_fails("1 +", "cannot be parsed");
        check_fails("$map([1], function($v) { $v + $w })", "$w");
        check_fails("($x := 1; $y)", "$y");
    }
}
