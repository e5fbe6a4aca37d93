//! Looks for names in an expression that nothing defines, so that a slip is met when a machine is loaded
//! and not when an execution gets there.

use super::functions;
use jsonata_core::ast::{AstNode, BinaryOp, PathStep, Stage};
use std::collections::BTreeSet;

/// JSONata's own functions, without their dollar sign; `$eval` is left out because AWS does not have it.
const BUILT_IN: &[&str] = &[
    "abs",
    "append",
    "assert",
    "average",
    "base64decode",
    "base64encode",
    "boolean",
    "ceil",
    "contains",
    "count",
    "decodeUrl",
    "decodeUrlComponent",
    "distinct",
    "each",
    "encodeUrl",
    "encodeUrlComponent",
    "error",
    "exists",
    "filter",
    "floor",
    "formatBase",
    "formatInteger",
    "formatNumber",
    "fromMillis",
    "join",
    "keys",
    "length",
    "lookup",
    "lowercase",
    "map",
    "match",
    "max",
    "merge",
    "millis",
    "min",
    "not",
    "now",
    "number",
    "pad",
    "parseInteger",
    "power",
    "reduce",
    "replace",
    "reverse",
    "round",
    "shuffle",
    "sift",
    "single",
    "sort",
    "split",
    "spread",
    "sqrt",
    "string",
    "substring",
    "substringAfter",
    "substringBefore",
    "sum",
    "toMillis",
    "trim",
    "type",
    "uppercase",
    "zip",
];

/// Names that a definition as a whole provides.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Variables that some state of the machine assigns.
    pub(crate) variables: BTreeSet<String>,
}

/// Which parts of `$states`, beside `input` and `context`, exist where an expression stands.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sees {
    /// `$states.result`
    pub(crate) result: bool,
    /// `$states.errorOutput`
    pub(crate) error: bool,
}

/// Says what in the expression nothing defines, in words that follow "the expression …".
pub(super) fn check(tree: &AstNode, known: &Known, sees: Sees) -> Result<(), String> {
    let mut bound = BTreeSet::new();
    collect_bound(tree, &mut bound);
    Checker { known, sees, bound }.node(tree, false)
}

struct Checker<'a> {
    known: &'a Known,
    sees: Sees,
    /// Names bound anywhere in the expression. Where exactly a binding holds is left to its evaluation.
    bound: BTreeSet<&'a str>,
}

impl<'a> Checker<'a> {
    /// `context` says whether `$` and bare field names mean something here.
    fn node(&self, node: &'a AstNode, context: bool) -> Result<(), String> {
        match node {
            AstNode::Name(name) if !context => {
                Err(format!("reads `{name}` of nothing; begin with $states.input or a variable"))
            }
            AstNode::Variable(name) if name.is_empty() => Self::dollar(context),
            AstNode::Variable(name) => self.variable(name),
            AstNode::ParentVariable(_) => Self::dollar(false),
            AstNode::Function { name, args, is_builtin } => {
                if !is_builtin {
                    return Err(format!(
                        "calls {name}, which is no function; functions begin with a dollar sign"
                    ));
                }
                self.function(name, args.len())?;
                self.all(args, context)
            }
            AstNode::Path { steps } => self.path(steps, context),
            AstNode::ObjectTransform { input, pattern } => {
                self.node(input, context)?;
                self.pairs(pattern, true)
            }
            AstNode::Sort { input, terms } => {
                self.node(input, context)?;
                terms.iter().try_for_each(|(term, _)| self.node(term, true))
            }
            AstNode::Transform { location, update, delete } => {
                self.node(location, true)?;
                self.node(update, true)?;
                delete.as_deref().map_or(Ok(()), |delete| self.node(delete, true))
            }
            AstNode::Object(pairs) => self.pairs(pairs, context),
            other => children(other).into_iter().try_for_each(|child| self.node(child, context)),
        }
    }

    fn all(&self, nodes: &'a [AstNode], context: bool) -> Result<(), String> {
        nodes.iter().try_for_each(|node| self.node(node, context))
    }

    fn pairs(&self, pairs: &'a [(AstNode, AstNode)], context: bool) -> Result<(), String> {
        pairs.iter().try_for_each(|(key, value)| {
            self.node(key, context)?;
            self.node(value, context)
        })
    }

    fn path(&self, steps: &'a [PathStep], context: bool) -> Result<(), String> {
        if let [
            PathStep { node: AstNode::Variable(first), .. },
            PathStep { node: AstNode::Name(second), .. },
            ..,
        ] = steps
            && first == "states"
        {
            self.member_of_states(second)?;
        }
        for (index, step) in steps.iter().enumerate() {
            self.node(&step.node, context || index > 0)?;
            for stage in &step.stages {
                if let Stage::Filter(filter) = stage {
                    self.node(filter, true)?;
                }
            }
        }
        Ok(())
    }

    fn member_of_states(&self, member: &str) -> Result<(), String> {
        match member {
            "input" | "context" => Ok(()),
            "result" if self.sees.result => Ok(()),
            "errorOutput" if self.sees.error => Ok(()),
            "result" | "errorOutput" => {
                Err(format!("reads $states.{member}, which does not exist in this field"))
            }
            other => Err(format!("reads $states.{other}, which does not exist")),
        }
    }

    fn dollar(context: bool) -> Result<(), String> {
        if context {
            return Ok(());
        }
        Err("reads $ or $$, which mean nothing at the top level; begin with $states.input or a variable"
            .to_owned())
    }

    fn variable(&self, name: &str) -> Result<(), String> {
        let known = name == "states"
            || self.bound.contains(name)
            || self.known.variables.contains(name)
            || is_function(name);
        if known { Ok(()) } else { Err(format!("reads ${name}, which nothing assigns")) }
    }

    fn function(&self, name: &str, arguments: usize) -> Result<(), String> {
        if name == "now" && arguments > 0 {
            return Err(
                "calls $now with a picture, which is not run; use $fromMillis($millis(), picture)".to_owned()
            );
        }
        if self.bound.contains(name) || is_function(name) {
            return Ok(());
        }
        Err(format!("calls ${name}, which is not a function here"))
    }
}

fn is_function(name: &str) -> bool {
    BUILT_IN.contains(&name) || functions::ADDED.contains(&name)
}

/// The parts of a node for which no rule of its own is needed.
fn children(node: &AstNode) -> Vec<&AstNode> {
    match node {
        AstNode::Binary { lhs, rhs, .. } => vec![lhs, rhs],
        AstNode::Unary { operand, .. } => vec![operand],
        AstNode::Function { args, .. } => args.iter().collect(),
        AstNode::Call { procedure, args } => std::iter::once(&**procedure).chain(args).collect(),
        AstNode::Lambda { body, .. } => vec![body],
        AstNode::Array(items) | AstNode::ArrayGroup(items) | AstNode::Block(items) => items.iter().collect(),
        AstNode::Conditional { condition, then_branch, else_branch } => {
            [&**condition, then_branch].into_iter().chain(else_branch.as_deref()).collect()
        }
        AstNode::FunctionApplication(inner) => vec![inner],
        AstNode::Path { steps } => steps.iter().flat_map(parts_of_step).collect(),
        AstNode::Object(pairs) => pairs.iter().flat_map(|(key, value)| [key, value]).collect(),
        AstNode::ObjectTransform { input, pattern } => {
            std::iter::once(&**input).chain(pattern.iter().flat_map(|(key, value)| [key, value])).collect()
        }
        AstNode::Sort { input, terms } => {
            std::iter::once(&**input).chain(terms.iter().map(|(term, _)| term)).collect()
        }
        AstNode::Transform { location, update, delete } => {
            [&**location, update].into_iter().chain(delete.as_deref()).collect()
        }
        _ => Vec::new(),
    }
}

fn parts_of_step(step: &PathStep) -> impl Iterator<Item = &AstNode> {
    let filters = step.stages.iter().filter_map(|stage| match stage {
        Stage::Filter(filter) => Some(&**filter),
        _ => None,
    });
    std::iter::once(&step.node).chain(filters)
}

fn collect_bound<'a>(node: &'a AstNode, bound: &mut BTreeSet<&'a str>) {
    match node {
        AstNode::Binary { op: BinaryOp::ColonEqual, lhs, .. } => {
            if let AstNode::Variable(name) = &**lhs {
                bound.insert(name);
            }
        }
        AstNode::Lambda { params, .. } => bound.extend(params.iter().map(String::as_str)),
        AstNode::Path { steps } => {
            for step in steps {
                bound.extend(step.focus.as_deref());
                bound.extend(step.index_var.as_deref());
                let indexes = step.stages.iter().filter_map(|stage| match stage {
                    Stage::Index(name) => Some(name.as_str()),
                    _ => None,
                });
                bound.extend(indexes);
            }
        }
        _ => {}
    }
    for child in children(node) {
        collect_bound(child, bound);
    }
}
