//! From the template's text to the plan.

use std::collections::BTreeMap;

use crate::conditions;
use crate::error::{Problem, TemplateError};
use crate::parameters::{self, Parameter};
use crate::place::Place;
use crate::plan::{Event, Plan, Route};
use crate::resource::{self, ReadFile};
use crate::rules;
use crate::scope::{Kind, Resource, Scope, check_dependencies, read_all};
use crate::settings::Settings;
use crate::syntax::{Entry, Sections};
use crate::value::{Found, Value};

impl Plan {
    /// Reads a template, evaluates it for this host and gives what is to be created and run.
    ///
    /// `read_file` reads the definition files of state machines by the name that the template
    /// gives them, which is relative to the template's own folder.
    ///
    /// # Errors
    /// The first thing that the host would not run as AWS runs it, with its place.
    pub fn load(
        text: &str,
        settings: &Settings,
        read_file: impl Fn(&str) -> std::io::Result<String>,
    ) -> Result<Self, TemplateError> {
        let sections = Sections::read(text)?;
        let parameters = parameters::apply(&sections.parameters, &settings.parameters)?;
        let conditions = {
            let blind = Scope::new(settings, &parameters, BTreeMap::new(), &[]);
            rules::check(&sections.rules, &blind)?;
            conditions::evaluate(&sections.conditions, &blind)?
        };
        let resources = read_all(sections.resources, &sections.globals, &conditions)?;
        names_are_apart(&resources, &parameters)?;
        check_dependencies(&resources)?;
        let scope = Scope::new(settings, &parameters, conditions, &resources);
        build(&scope, &sections.outputs, &read_file)
    }
}

fn build(scope: &Scope<'_>, outputs: &[Entry], read_file: ReadFile<'_>) -> Result<Plan, TemplateError> {
    let shown = |(name, parameter): (&String, &Parameter)| {
        (!parameter.secret).then(|| (name.clone(), parameter.value.clone()))
    };
    let mut plan = Plan {
        buckets: Vec::new(),
        queues: Vec::new(),
        tables: Vec::new(),
        secrets: Vec::new(),
        functions: Vec::new(),
        machines: Vec::new(),
        routes: Vec::new(),
        outputs: BTreeMap::new(),
        parameters: scope.parameters.iter().filter_map(shown).collect(),
        aws_only: Vec::new(),
    };
    physical_names_are_unique(scope)?;
    if let Some(second) = scope.created(Kind::HttpApi).nth(1) {
        let instead = "the host serves one HTTP API";
        return Err(second
            .place
            .refuse(Problem::ValueNotRun { found: "a second HTTP API".to_owned(), instead }));
    }
    for resource in scope.resources.iter().filter(|resource| resource.created) {
        resource::read(resource, scope, read_file, &mut plan)?;
    }
    plan.routes = routes(&plan)?;
    for output in outputs {
        plan.outputs.extend(read_output(output, scope)?);
    }
    Ok(plan)
}

/// A reference by name must mean one thing.
fn names_are_apart(
    resources: &[Resource],
    parameters: &BTreeMap<String, Parameter>,
) -> Result<(), TemplateError> {
    match resources.iter().find(|resource| parameters.contains_key(&resource.logical_id)) {
        Some(resource) => Err(resource.place.refuse(Problem::Duplicate {
            name: resource.logical_id.clone(),
            other: "a parameter".to_owned(),
        })),
        None => Ok(()),
    }
}

fn physical_names_are_unique(scope: &Scope<'_>) -> Result<(), TemplateError> {
    let mut seen: BTreeMap<(&str, String), &str> = BTreeMap::new();
    for resource in scope.resources.iter().filter(|resource| resource.created) {
        let name = scope.name(resource)?;
        if let Some(other) = seen.insert((&resource.type_name, name.clone()), &resource.logical_id) {
            let other = format!("the name of {other}");
            return Err(resource.place.refuse(Problem::Duplicate { name, other }));
        }
    }
    Ok(())
}

fn routes(plan: &Plan) -> Result<Vec<Route>, TemplateError> {
    let mut routes: Vec<Route> = Vec::new();
    for function in &plan.functions {
        for event in &function.events {
            let Event::Http(http) = event else { continue };
            let route = Route {
                method: http.method.clone(),
                path: http.path.clone(),
                function: function.name.clone(),
            };
            if let Some(other) =
                routes.iter().find(|known| known.method == route.method && known.path == route.path)
            {
                let place =
                    Place::section("Resources").field(&function.logical_id).field("Properties.Events");
                return Err(place.field(&http.id).refuse(Problem::Duplicate {
                    name: format!("{} {}", route.method, route.path),
                    other: format!("a route to {}", other.function),
                }));
            }
            routes.push(route);
        }
    }
    Ok(routes)
}

fn read_output(output: &Entry, scope: &Scope<'_>) -> Result<Option<(String, String)>, TemplateError> {
    if let Some(node) = output.node.get("Condition") {
        let here = output.place.field("Condition");
        let name = node.text().ok_or_else(|| here.expected("the name of a condition", node.kind()))?;
        let holds =
            scope.conditions.get(name).ok_or_else(|| here.refuse(Problem::Unknown(name.to_owned())))?;
        if !holds {
            return Ok(None);
        }
    }
    let value = scope.evaluate(&output.node, &output.place)?.unwrap_or(Value::Null);
    let mut fields = Found::new(output.place.clone(), &value).fields()?;
    fields.aws_only(&["Condition", "Description"]);
    let text = fields.required("Value")?.text()?;
    fields.finish()?;
    Ok(Some((output.name.clone(), text)))
}
