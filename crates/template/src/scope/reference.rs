//! What `Ref` and `Fn::GetAtt` give.

use super::Scope;
use super::kind::Kind;
use super::resource::Resource;
use crate::error::{Problem, TemplateError};
use crate::place::Place;
use crate::settings::Settings;

/// SAM lets `Ref` name a function's alias like this.
const ALIAS: &str = ".Alias";

impl Scope<'_> {
    /// What `Ref` gives for a pseudo parameter, a parameter or a resource.
    pub(crate) fn reference(&self, name: &str, place: &Place) -> Result<String, TemplateError> {
        if let Some(pseudo) = self.pseudo_parameter(name) {
            return Ok(pseudo);
        }
        if let Some(parameter) = self.parameters.get(name) {
            return Ok(parameter.value.clone());
        }
        if let Some(function) = name.strip_suffix(ALIAS) {
            return self.alias(function, place);
        }
        let resource = self.target(name, place)?;
        match resource.kind {
            Kind::Queue => Ok(self.queue_url(&self.name(resource)?)),
            // On AWS this is an id that AWS gives; here it only has to be the same everywhere.
            Kind::HttpApi => Ok(resource.logical_id.clone()),
            Kind::Machine | Kind::Secret => self.arn(resource),
            Kind::AwsOnly(known) if known.name == "AWS::SNS::Topic" => self.arn(resource),
            Kind::Bucket | Kind::Table | Kind::Function | Kind::AwsOnly(_) => self.name(resource),
        }
    }

    /// What SAM's `Function.Alias` gives where an alias is published: here, the function's own ARN.
    fn alias(&self, name: &str, place: &Place) -> Result<String, TemplateError> {
        let resource = self.target(name, place)?;
        if resource.kind != Kind::Function || resource.properties.get("AutoPublishAlias").is_none() {
            return Err(no_attribute(name, "Alias", place));
        }
        self.arn(resource)
    }

    /// What `Fn::GetAtt` gives.
    pub(crate) fn attribute(
        &self,
        name: &str,
        attribute: &str,
        place: &Place,
    ) -> Result<String, TemplateError> {
        let resource = self.target(name, place)?;
        match (resource.kind, attribute) {
            (Kind::Bucket | Kind::Queue | Kind::Table | Kind::Function | Kind::Machine, "Arn") => {
                self.arn(resource)
            }
            (Kind::Queue, "QueueName") | (Kind::Machine, "Name") => self.name(resource),
            (Kind::Queue, "QueueUrl") => self.reference(name, place),
            (Kind::Secret, "Id") => self.arn(resource),
            (Kind::HttpApi, "ApiEndpoint") => Ok(self.settings.api_endpoint.clone()),
            (Kind::AwsOnly(known), attribute) => match (known.name, attribute) {
                ("AWS::Logs::LogGroup" | "AWS::IAM::Role" | "AWS::CloudWatch::Alarm", "Arn")
                | ("AWS::SNS::Topic", "TopicArn") => self.arn(resource),
                ("AWS::SNS::Topic", "TopicName") => self.name(resource),
                _ => Err(no_attribute(name, attribute, place)),
            },
            _ => Err(no_attribute(name, attribute, place)),
        }
    }

    /// The physical name of a resource. Dependencies were checked for cycles before, so this ends.
    pub(crate) fn name(&self, resource: &Resource) -> Result<String, TemplateError> {
        if let Some(known) = self.names.borrow().get(&resource.logical_id) {
            return Ok(known.clone());
        }
        let name = match resource.kind.name_property() {
            None => resource.logical_id.clone(),
            Some(property) => {
                let place = resource.properties_place().field(property);
                let node = resource.properties.get(property).ok_or_else(|| place.refuse(Problem::Missing))?;
                let value = self.evaluate(node, &place)?.ok_or_else(|| place.refuse(Problem::Missing))?;
                let name = value.scalar().ok_or_else(|| place.expected("a text", value.kind()))?;
                resource.kind.takes_name(&name).map_err(|rule| place.expected(rule, name.clone()))?;
                name
            }
        };
        self.names.borrow_mut().insert(resource.logical_id.clone(), name.clone());
        Ok(name)
    }

    /// The ARN of a resource that has one.
    pub(crate) fn arn(&self, resource: &Resource) -> Result<String, TemplateError> {
        let name = self.name(resource)?;
        let settings = self.settings;
        Ok(match resource.kind {
            Kind::Bucket => format!("arn:{}:s3:::{name}", Settings::PARTITION),
            Kind::Queue => settings.arn("sqs", &name),
            Kind::Table => settings.arn("dynamodb", &format!("table/{name}")),
            // AWS appends six characters, so that a secret made anew is another one. Here it stays the same one.
            Kind::Secret => settings.arn("secretsmanager", &format!("secret:{name}-000000")),
            Kind::Function => settings.arn("lambda", &format!("function:{name}")),
            Kind::Machine => settings.arn("states", &format!("stateMachine:{name}")),
            Kind::HttpApi => settings.arn("apigateway", &format!("/apis/{name}")),
            Kind::AwsOnly(known) => match known.name {
                "AWS::SNS::Topic" => settings.arn("sns", &name),
                // A log group's ARN ends in `:*`, which log delivery insists on.
                "AWS::Logs::LogGroup" => settings.arn("logs", &format!("log-group:{name}:*")),
                "AWS::CloudWatch::Alarm" => settings.arn("cloudwatch", &format!("alarm:{name}")),
                _ => format!("arn:{}:iam::{}:role/{name}", Settings::PARTITION, settings.account),
            },
        })
    }

    /// How the host addresses a queue.
    pub(crate) fn queue_url(&self, name: &str) -> String {
        format!("{}/{}/{name}", self.settings.aws_endpoint, self.settings.account)
    }

    fn target(&self, name: &str, place: &Place) -> Result<&Resource, TemplateError> {
        let resource = self.resource(name).ok_or_else(|| place.refuse(Problem::Unknown(name.to_owned())))?;
        if resource.created { Ok(resource) } else { Err(place.refuse(Problem::NotCreated(name.to_owned()))) }
    }

    fn pseudo_parameter(&self, name: &str) -> Option<String> {
        match name {
            "AWS::Region" => Some(self.settings.region.clone()),
            "AWS::AccountId" => Some(self.settings.account.clone()),
            "AWS::StackName" => Some(self.settings.stack_name.clone()),
            "AWS::Partition" => Some(Settings::PARTITION.to_owned()),
            "AWS::URLSuffix" => Some(Settings::URL_SUFFIX.to_owned()),
            _ => None,
        }
    }
}

fn no_attribute(name: &str, attribute: &str, place: &Place) -> TemplateError {
    place.refuse(Problem::Attribute { resource: name.to_owned(), attribute: attribute.to_owned() })
}
