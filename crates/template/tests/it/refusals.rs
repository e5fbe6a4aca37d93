//! What is refused, with its place and its reason.

use super::texts::load;

fn check(text: &str, expect: &str) {
    match load(text) {
        Err(error) => assert_eq!(error.to_string(), expect, "{text}"),
        Ok(plan) => panic!("accepted {text}\n{plan:#?}"),
    }
}

/// A template with one queue called `Q` and these further properties.
fn queue(properties: &str) -> String {
    format!("Resources: {{ Q: {{ Type: AWS::SQS::Queue, Properties: {{ QueueName: q, {properties} }} }} }}")
}

/// The same with a bucket.
fn bucket(properties: &str) -> String {
    format!(
        "Resources: {{ B: {{ Type: AWS::S3::Bucket, Properties: {{ BucketName: bbb, {properties} }} }} }}"
    )
}

/// A function beside a queue and an HTTP API.
fn function(properties: &str) -> String {
    format!(
        "Globals: {{ Function: {{ Runtime: provided.al2023, Handler: bootstrap, CodeUri: ../functions/f }} }}
Resources:
  Q: {{ Type: AWS::SQS::Queue, Properties: {{ QueueName: q }} }}
  Api: {{ Type: AWS::Serverless::HttpApi }}
  F: {{ Type: AWS::Serverless::Function, Properties: {{ FunctionName: f, {properties} }} }}"
    )
}

fn event(kind: &str, properties: &str) -> String {
    function(&format!("Events: {{ E: {{ Type: {kind}, Properties: {{ {properties} }} }} }}"))
}

fn machine(properties: &str) -> String {
    format!(
        "Resources: {{ M: {{ Type: AWS::Serverless::StateMachine, Properties: {{ Name: m, {properties} }} }} }}"
    )
}

fn table(properties: &str) -> String {
    format!(
        "Resources: {{ T: {{ Type: AWS::DynamoDB::Table, Properties: {{ TableName: ttt, BillingMode: PAY_PER_REQUEST, \
         {properties} }} }} }}"
    )
}

#[test]
fn what_the_host_does_not_run() {
    check(&queue("Foo: 1"), "Resources.Q.Properties.Foo: not run by the single-machine host");
    check(&queue("FifoQueue: true"), "Resources.Q.Properties.FifoQueue: not run by the single-machine host");
    check(
        &bucket("NotificationConfiguration: { LambdaConfigurations: [] , QueueConfigurations: [] }"),
        "Resources.B.Properties.NotificationConfiguration.LambdaConfigurations: not run by the single-machine host",
    );
    check(
        "Resources: { X: { Type: AWS::EC2::Instance } }",
        "Resources.X.Type: AWS::EC2::Instance is not run by the single-machine host; it runs buckets, queues, tables, \
         secrets, functions, state machines and an HTTP API",
    );
    check("Mappings: {}\nResources: {}", "Mappings: not run by the single-machine host");
    check(
        "Globals: { Api: {} }\nResources: { Q: { Type: AWS::SQS::Queue } }",
        "Globals.Api: not run by the single-machine host",
    );
    check(
        "Resources: { Q: { Type: AWS::SQS::Queue, UpdatePolicy: {} } }",
        "Resources.Q.UpdatePolicy: not run by the single-machine host",
    );
    check(
        &event("Schedule", "Schedule: cron(0 * * * ? *)"),
        "Resources.F.Properties.Events.E.Properties.Schedule: cron(0 * * * ? *) is not run by the single-machine host; \
         a rate such as rate(1 minute) or rate(5 minutes)",
    );
    check(
        &event("S3", "Bucket: b"),
        "Resources.F.Properties.Events.E.Type: S3 is not run by the single-machine host; SQS, Schedule, EventBridgeRule \
         or HttpApi",
    );
    check(
        &event("SQS", "Queue: !GetAtt Q.Arn, FilterCriteria: {}"),
        "Resources.F.Properties.Events.E.Properties.FilterCriteria: not run by the single-machine host",
    );
    check(
        &event("EventBridgeRule", "Pattern: { detail: { status: [{ prefix: F }] } }"),
        "Resources.F.Properties.Events.E.Properties.Pattern.detail.status: this pattern is not run by the single-machine \
         host; only exact values are matched, not content filters",
    );
    check(
        &machine("Type: EXPRESS, DefinitionUri: x"),
        "Resources.M.Properties.Type: EXPRESS is not run by the single-machine host; every execution is kept and \
         resumed (STANDARD)",
    );
    check(
        &table(
            "TimeToLiveSpecification: {}, AttributeDefinitions: [{ AttributeName: a, AttributeType: S }], \
             KeySchema: [{ AttributeName: a, KeyType: HASH }]",
        ),
        "Resources.T.Properties.TimeToLiveSpecification: not run by the single-machine host",
    );
    check(
        &table("AttributeDefinitions: [], KeySchema: []"),
        "Resources.T.Properties.KeySchema: expected one or two attributes, found 0",
    );
    check(
        "Resources:\n  A: { Type: AWS::Serverless::HttpApi }\n  B: { Type: AWS::Serverless::HttpApi }",
        "Resources.B: a second HTTP API is not run by the single-machine host; the host serves one HTTP API",
    );
}

#[test]
fn rules_that_cannot_be_kept_or_are_not_kept() {
    let rule = |rule: &str| format!("Rules: {{ R: {rule} }}\n{}", queue("DelaySeconds: 0"));
    check(&rule("{}"), "Rules.R.Assertions: expected a list, found nothing");
    check(&rule("{ Other: 1 }"), "Rules.R.Other: not run by the single-machine host");
    check(&rule("{ Assertions: [{}] }"), "Rules.R.Assertions[0].Assert: is missing");
    check(
        &rule("{ Assertions: [{ Assert: !Equals [a, a] }] }"),
        "Rules.R.Assertions[0].AssertDescription: is missing",
    );
    check(
        &rule("{ Assertions: [{ Assert: !Equals [a, b], AssertDescription: Set a to b. }] }"),
        "Rules.R: Set a to b.",
    );
    check(
        &rule("{ RuleCondition: !Condition C, Assertions: [] }"),
        "Rules.R.RuleCondition: nothing in the template is called C",
    );
    let idle =
        "{ RuleCondition: !Equals [a, b], Assertions: [{ Assert: !Equals [a, b], AssertDescription: x }] }";
    assert!(load(&rule(idle)).is_ok());
}

#[test]
fn only_a_function_with_an_alias_has_one() {
    let output =
        |name: &str| format!("{}\nOutputs: {{ O: {{ Value: !Ref {name}.Alias }} }}", function("Timeout: 3"));
    check(&output("F"), "Outputs.O.Value: F gives no attribute Alias");
    check(&output("Q"), "Outputs.O.Value: Q gives no attribute Alias");
}

#[test]
fn what_is_missing_or_out_of_range() {
    check("[1]", "not a template: the whole is not a mapping");
    check("Description: x", "Resources: is missing");
    check("Resources: { Q: {} }", "Resources.Q.Type: is missing");
    check("Resources: { Q: { Type: AWS::SQS::Queue } }", "Resources.Q.Properties.QueueName: is missing");
    check(
        &queue("VisibilityTimeout: 43201"),
        "Resources.Q.Properties.VisibilityTimeout: expected a whole number from 0 to 43200, found 43201",
    );
    check(
        &queue("VisibilityTimeout: 1.5"),
        "Resources.Q.Properties.VisibilityTimeout: expected a whole number from 0 to 43200, found 1.5",
    );
    check(
        "Resources: { Q: { Type: AWS::SQS::Queue, Properties: { QueueName: a b } } }",
        "Resources.Q.Properties.QueueName: expected 1 to 80 letters, digits, - and _, found a b",
    );
    check(
        &event("SQS", "Queue: !GetAtt Q.Arn, BatchSize: 11"),
        "Resources.F.Properties.Events.E.Properties.BatchSize: expected a whole number from 1 to 10, found 11",
    );
    check(
        &event("SQS", "Queue: !GetAtt Q.Arn, ScalingConfig: { MaximumConcurrency: 1 }"),
        "Resources.F.Properties.Events.E.Properties.ScalingConfig.MaximumConcurrency: expected a whole number from 2 to \
         1000, found 1",
    );
    check(
        &event("HttpApi", "ApiId: !Ref Api, Method: GET, Path: '/{proxy+}/x'"),
        "Resources.F.Properties.Events.E.Properties.Path: expected literal segments, {variables} and perhaps {proxy+} at \
         the end, found /{proxy+}/x",
    );
    check(
        &table(
            "AttributeDefinitions: [{ AttributeName: a, AttributeType: S }, { AttributeName: b, AttributeType: S }], \
             KeySchema: [{ AttributeName: a, KeyType: HASH }]",
        ),
        "Resources.T.Properties.AttributeDefinitions: expected exactly the attributes of keys: a, found a, b",
    );
}

#[test]
fn what_leads_nowhere() {
    check(
        &queue("DelaySeconds: !Ref Nothing"),
        "Resources.Q.Properties.DelaySeconds: nothing in the template is called Nothing",
    );
    check(&queue("DelaySeconds: !GetAtt Q.Colour"), "Resources.Q: a cycle: Q → Q");
    check(
        &bucket("Tags: !GetAtt B2.Colour")
            .replace("} }", "} }, B2: { Type: AWS::S3::Bucket, Properties: { BucketName: ccc } } "),
        "Resources.B.Properties.Tags: B2 gives no attribute Colour",
    );
    check(
        &queue(
            "RedrivePolicy: { deadLetterTargetArn: 'arn:aws:sqs:eu-central-1:000000000000:x', maxReceiveCount: 5 }",
        ),
        "Resources.Q.Properties.RedrivePolicy.deadLetterTargetArn: arn:aws:sqs:eu-central-1:000000000000:x is not the ARN \
         of a queue of this template",
    );
    check(
        &queue(
            "RedrivePolicy: { deadLetterTargetArn: 'arn:aws:sqs:eu-central-1:000000000000:q', maxReceiveCount: 5 }",
        ),
        "Resources.Q.Properties.RedrivePolicy.deadLetterTargetArn: q is not the ARN of another queue of this template",
    );
    check(
        &event("HttpApi", "ApiId: !Ref Q, Method: GET, Path: /"),
        "Resources.F.Properties.Events.E.Properties.ApiId: http://127.0.0.1:4566/000000000000/q is not an HTTP API of \
         this template",
    );
    check(
        "Resources: { Q: { Type: AWS::SQS::Queue, DependsOn: P } }",
        "Resources.Q.DependsOn: nothing in the template is called P",
    );
    check(
        "Conditions: { Never: !Equals [a, b] }\nResources:\n  P: { Type: AWS::SQS::Queue, Condition: Never }\n  \
         Q: { Type: AWS::SQS::Queue, Properties: { QueueName: !Ref P } }",
        "Resources.Q.Properties.QueueName: P is not created, because its condition is false",
    );
    check(
        &machine("DefinitionUri: ../statemachines/none.asl.json"),
        "Resources.M.Properties.DefinitionUri: ../statemachines/none.asl.json cannot be read: no file \
         ../statemachines/none.asl.json",
    );
    check(
        &machine("DefinitionUri: ../statemachines/one.asl.json"),
        "Resources.M.Properties.DefinitionUri: ../statemachines/one.asl.json uses ${Url}, which has no substitution",
    );
    check(
        &machine(
            "DefinitionUri: ../statemachines/one.asl.json, DefinitionSubstitutions: { Url: a, Other: b }",
        ),
        "Resources.M.Properties.DefinitionSubstitutions.Other: ../statemachines/one.asl.json does not use it",
    );
}

#[test]
fn what_goes_round_in_circles() {
    check(
        "Resources:\n  A: { Type: AWS::SQS::Queue, Properties: { QueueName: !GetAtt B.QueueName } }\n  \
         B: { Type: AWS::SQS::Queue, Properties: { QueueName: !Sub 'x-${A.QueueName}' } }",
        "Resources.A: a cycle: A → B → A",
    );
    check(
        "Conditions: { A: !Not [!Condition B], B: { Condition: A } }\nResources: { Q: { Type: AWS::SQS::Queue } }",
        "Conditions.A: a cycle: A → B → A",
    );
    // SAM writes the function's ARN into the API, so the function cannot be told the API's address.
    check(
        &function(
            "Environment: { Variables: { URL: !GetAtt Api.ApiEndpoint } }, \
             Events: { E: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: GET, Path: / } } }",
        ),
        "Resources.Api: a cycle: Api → F → Api",
    );
}

#[test]
fn what_is_there_twice() {
    check(
        "Resources:\n  A: { Type: AWS::SQS::Queue, Properties: { QueueName: q } }\n  \
         B: { Type: AWS::SQS::Queue, Properties: { QueueName: q } }",
        "Resources.B: q is also the name of A",
    );
    check(
        &function(
            "Events: { E1: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: get, Path: / } }, \
             E2: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: GET, Path: / } } }",
        ),
        "Resources.F.Properties.Events.E2: GET / is also a route to f",
    );
}

#[test]
fn intrinsic_functions_that_are_unknown_or_misused() {
    check(
        &queue("DelaySeconds: !FindInMap [a, b, c]"),
        "Resources.Q.Properties.DelaySeconds: the intrinsic function !FindInMap is not evaluated by the single-machine \
         host",
    );
    check(
        &queue("DelaySeconds: { 'Fn::ImportValue': x }"),
        "Resources.Q.Properties.DelaySeconds: the intrinsic function Fn::ImportValue is not evaluated by the \
         single-machine host",
    );
    check(
        &queue("DelaySeconds: { Ref: A, Other: 1 }"),
        "Resources.Q.Properties.DelaySeconds: expected Ref alone, found other keys beside it",
    );
    check(
        &queue("DelaySeconds: !Sub '${Unclosed'"),
        "Resources.Q.Properties.DelaySeconds: Fn::Sub takes a text in which every ${ is closed around a name",
    );
    check(
        &queue("DelaySeconds: !If [Nothing, 1, 2]"),
        "Resources.Q.Properties.DelaySeconds: nothing in the template is called Nothing",
    );
    check(
        &queue("DelaySeconds: !Select [3, [a, b]]"),
        "Resources.Q.Properties.DelaySeconds: Fn::Select takes an index inside its list",
    );
}

#[test]
fn parameters_that_break_their_rules() {
    let parameter =
        |declaration: &str| format!("Parameters: {{ P: {{ {declaration} }} }}\n{}", queue("DelaySeconds: 0"));
    check(&parameter("Type: String"), "Parameters.P: has no default, so the host must give it a value");
    check(&parameter("Default: a"), "Parameters.P.Type: is missing");
    check(
        &parameter("Type: String, Default: a, Foo: 1"),
        "Parameters.P.Foo: not run by the single-machine host",
    );
    check(
        &parameter("Type: CommaDelimitedList, Default: a"),
        "Parameters.P.Type: CommaDelimitedList is not run by the single-machine host; a parameter is a String or a Number",
    );
    check(
        &parameter("Type: String, Default: c, AllowedValues: [a, b]"),
        r#"Parameters.P: "c" is refused: it must be one of a, b"#,
    );
    check(
        &parameter("Type: String, Default: ab1, AllowedPattern: '[a-z]+'"),
        r#"Parameters.P: "ab1" is refused: it must match [a-z]+"#,
    );
    check(
        &parameter(
            "Type: String, Default: ab1, AllowedPattern: '[a-z]+', ConstraintDescription: letters only",
        ),
        r#"Parameters.P: "ab1" is refused: letters only"#,
    );
    check(
        &parameter("Type: Number, Default: 0, MinValue: 1"),
        r#"Parameters.P: "0" is refused: it must be 1 or more"#,
    );
    check(&parameter("Type: Number, Default: x"), r#"Parameters.P: "x" is refused: it must be a number"#);
    check(
        &parameter("Type: String, Default: '', NoEcho: true, MinLength: 1"),
        "Parameters.P: the value given (not shown) is refused: it must have 1 or more characters",
    );
}
