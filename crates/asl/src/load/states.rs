//! The fields that each type of state has for itself; Task has a file of its own.

use super::{Fields, Loader};
use crate::{
    definition::{Kind, MapItems, Parallel, Pause, Rule},
    expression::Sees,
    limits::PERCENT_MAX,
    template::Template,
};
use serde_json::Value;

impl Loader<'_> {
    pub(super) fn kind(&self, name: &str, fields: &mut Fields<'_>) -> Option<Kind> {
        match name {
            "Pass" => Some(Kind::Pass),
            "Succeed" => Some(Kind::Succeed),
            "Fail" => Some(Kind::Fail {
                error: self.text_template(fields, "Error"),
                cause: self.text_template(fields, "Cause"),
            }),
            "Wait" => self.pause(fields).map(Kind::Wait),
            "Choice" => Some(self.choice(fields)),
            "Task" => self.task(fields).map(Kind::Task),
            "Parallel" => self.parallel(fields).map(Kind::Parallel),
            "Map" => self.map(fields).map(Box::new).map(Kind::Map),
            _ => None,
        }
    }

    fn pause(&self, fields: &mut Fields<'_>) -> Option<Pause> {
        let both = (fields.has("Seconds"), fields.has("Timestamp"));
        let seconds = self.seconds(fields, "Seconds", 0);
        let timestamp = self.text_template(fields, "Timestamp");
        match both {
            (true, false) => seconds.map(Pause::Seconds),
            (false, true) => {
                if let Some(Template::Literal(Value::String(at))) = &timestamp
                    && at.parse::<jiff::Timestamp>().is_err()
                {
                    fields.wrong("Timestamp", "Expected an instant such as 2026-01-02T03:04:05Z");
                }
                timestamp.map(Pause::Timestamp)
            }
            _ => {
                fields.wrong("", "Exactly one of these fields is required: [Seconds, Timestamp]");
                None
            }
        }
    }

    fn choice(&self, fields: &mut Fields<'_>) -> Kind {
        let choices = fields.list("Choices");
        if choices.is_empty() {
            fields.wrong("Choices", "A Choice needs at least one rule");
        }
        let rules = choices.into_iter().enumerate();
        let rules =
            rules.filter_map(|(index, rule)| self.rule(fields.inner(&format!("Choices[{index}]"), rule)?));
        let rules = rules.collect();
        Kind::Choice { rules, default: fields.text("Default") }
    }

    fn rule(&self, mut fields: Fields<'_>) -> Option<Rule> {
        let condition = self.needed_template(&mut fields, "Condition", Sees::default());
        if let Some(found) = &condition
            && !matches!(found, Template::Literal(Value::Bool(_)) | Template::Expression(_))
        {
            fields.wrong("Condition", "Expected an expression or a boolean");
        }
        let next = fields.needed_text("Next");
        let assign = self.assign(&mut fields, Sees::default());
        let output = self.template(&mut fields, "Output", Sees::default());
        fields.close();
        Some(Rule { condition: condition?, next: next?, assign, output })
    }

    fn parallel(&self, fields: &mut Fields<'_>) -> Option<Parallel> {
        let arguments = self.template(fields, "Arguments", Sees::default());
        let branches = fields.list("Branches");
        if branches.is_empty() {
            fields.wrong("Branches", "A Parallel needs at least one branch");
            return None;
        }
        let branches: Vec<_> = branches
            .into_iter()
            .enumerate()
            .map(|(index, branch)| {
                let mut inner = fields.inner(&format!("Branches[{index}]"), branch)?;
                let block = self.block(&mut inner);
                inner.close();
                block
            })
            .collect();
        Some(Parallel { arguments, branches: branches.into_iter().collect::<Option<_>>()? })
    }

    fn map(&self, fields: &mut Fields<'_>) -> Option<MapItems> {
        let plain = Sees::default();
        let items = self.template(fields, "Items", plain);
        if let Some(Template::Literal(_) | Template::Object(_)) = &items {
            fields.wrong("Items", "Expected an array or an expression");
        }
        let selector = self.template(fields, "ItemSelector", plain);
        let at_once = self.seconds(fields, "MaxConcurrency", 0);
        let tolerated_count = self.seconds(fields, "ToleratedFailureCount", 0);
        let tolerated_percentage = self.template(fields, "ToleratedFailurePercentage", plain);
        if let Some(found) = &tolerated_percentage
            && !is_percentage(found)
        {
            fields.wrong("ToleratedFailurePercentage", "Expected a number from 0 to 100, or an expression");
        }
        let processor = fields.needed("ItemProcessor")?;
        let mut inner = fields.inner("ItemProcessor", processor)?;
        if let Some(config) = inner.take("ProcessorConfig")
            && let Some(mut config) = inner.inner("ProcessorConfig", config)
        {
            if config.text("Mode").is_some_and(|mode| mode != "INLINE") {
                config.wrong("Mode", "Only INLINE is run here");
                config.take("ExecutionType");
            }
            config.close();
        }
        let body = self.block(&mut inner);
        inner.close();
        Some(MapItems { items, selector, at_once, tolerated_count, tolerated_percentage, body: body? })
    }
}

fn is_percentage(template: &Template) -> bool {
    match template {
        Template::Literal(value) => {
            value.as_f64().is_some_and(|percent| (0.0..=PERCENT_MAX).contains(&percent))
        }
        found => matches!(found, Template::Expression(_)),
    }
}
