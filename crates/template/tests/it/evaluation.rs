//! What references and intrinsic functions give.

use std::time::Duration;

use template::Plan;

use super::texts::{bare_settings, load};

/// Evaluates one expression as an output of a template with one resource of every kind.
fn check(expression: &str, expect: &str) {
    let text = format!(
        "Parameters: {{ Name: {{ Type: String, Default: x }}, Count: {{ Type: Number, Default: 5 }} }}
Conditions: {{ Yes: !Equals [!Ref Name, x], No: !Not [!Condition Yes], Both: !And [!Condition Yes, !Condition No], One: \
         {{ 'Fn::Or': [{{ Condition: Yes }}, {{ Condition: No }}] }} }}
Globals: {{ Function: {{ Runtime: provided.al2023, Handler: bootstrap, Timeout: 7 }} }}
Resources:
  Q: {{ Type: AWS::SQS::Queue, Properties: {{ QueueName: !Sub '${{AWS::StackName}}-q' }} }}
  B: {{ Type: AWS::S3::Bucket, Properties: {{ BucketName: bbb }} }}
  Api: {{ Type: AWS::Serverless::HttpApi }}
  Topic: {{ Type: AWS::SNS::Topic, Properties: {{ TopicName: t }} }}
  F: {{ Type: AWS::Serverless::Function, Properties: {{ FunctionName: f, CodeUri: ../functions/f, AutoPublishAlias: live }} }}
  M:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: m
      DefinitionUri: ../statemachines/one.asl.json
      DefinitionSubstitutions: {{ Url: !Ref Q }}
Outputs: {{ O: {{ Value: {expression} }} }}"
    );
    let plan = load(&text).unwrap_or_else(|error| panic!("{expression}: {error}"));
    assert_eq!(plan.outputs["O"], expect, "{expression}");
}

#[test]
fn references_give_what_the_host_serves() {
    check("!Ref Q", "http://127.0.0.1:4566/000000000000/lectern-q");
    check("{ Ref: Q }", "http://127.0.0.1:4566/000000000000/lectern-q");
    check("!GetAtt Q.Arn", "arn:aws:sqs:eu-central-1:000000000000:lectern-q");
    check("{ 'Fn::GetAtt': [Q, QueueName] }", "lectern-q");
    check("!Ref B", "bbb");
    check("!GetAtt B.Arn", "arn:aws:s3:::bbb");
    check("!Ref F", "f");
    check("!GetAtt F.Arn", "arn:aws:lambda:eu-central-1:000000000000:function:f");
    // One process has one version of a function, whatever the alias.
    check("!Ref F.Alias", "arn:aws:lambda:eu-central-1:000000000000:function:f");
    check("!Ref M", "arn:aws:states:eu-central-1:000000000000:stateMachine:m");
    check("!GetAtt Api.ApiEndpoint", "http://127.0.0.1:8080");
    check("!Ref Topic", "arn:aws:sns:eu-central-1:000000000000:t");
    check("!Ref AWS::Region", "eu-central-1");
    check("!Ref Count", "5");
}

#[test]
fn intrinsic_functions_are_evaluated() {
    check("!Sub 'a-${Name}-${Q.QueueName}-${!Name}'", "a-x-lectern-q-${Name}");
    check("!Sub ['${own}-${Name}', { own: !Ref Count }]", "5-x");
    check("!If [Yes, !Ref Name, !Ref Nothing]", "x");
    check("!If [No, a, b]", "b");
    check("!If [Both, a, b]", "b");
    check("!If [One, a, b]", "a");
    check("!Join [',', [a, !Ref Name, !Ref 'AWS::NoValue', 5]]", "a,x,5");
    check("!Select [1, !Split ['/', 'a/b/c']]", "b");
    check("{ 'Fn::Join': ['-', { 'Fn::Split': ['/', 'a/b'] }] }", "a-b");
}

#[test]
fn a_property_without_a_value_is_not_there() {
    let plan = load(
        "Conditions: { Slow: !Equals [a, b] }
Resources:
  Q:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: q
      DelaySeconds: !If [Slow, 5, !Ref AWS::NoValue]
      VisibilityTimeout: '60'
  Gone: { Type: AWS::SQS::Queue, Condition: Slow, Properties: { QueueName: q } }
Outputs: { O: { Condition: Slow, Value: !Ref Gone } }",
    )
    .unwrap();
    assert_eq!(plan.queues.len(), 1);
    assert_eq!((plan.queues[0].delay, plan.queues[0].visibility), (Duration::ZERO, Duration::from_mins(1)));
    assert!(plan.outputs.is_empty());
}

#[test]
fn definitions_are_substituted_and_expressions_left_alone() {
    let plan = load(
        "Resources:
  M:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: m
      DefinitionUri: ../statemachines/one.asl.json
      DefinitionSubstitutions: { Url: 'http://q' }",
    )
    .unwrap();
    assert_eq!(plan.machines[0].definition, r#"{"QueueUrl":"http://q","Expression":"${ $x }"}"#);
}

#[test]
fn a_function_lies_over_the_globals() {
    let plan = load(
        "Globals: { Function: { Runtime: provided.al2023, Handler: bootstrap, Timeout: 7, MemorySize: 256,
  Environment: { Variables: { A: a, B: b } } } }
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: { FunctionName: f, CodeUri: ../functions/f, Timeout: 9, Environment: { Variables: { B: c } } }",
    )
    .unwrap();
    let function = &plan.functions[0];
    assert_eq!((function.timeout, function.memory_mib), (Duration::from_secs(9), 256));
    let environment: Vec<String> =
        function.environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(environment, ["A=a", "B=c"]);
}

#[test]
fn the_host_gives_parameters_their_values() {
    let text = "Parameters: { P: { Type: String, Default: a } }
Resources: { Q: { Type: AWS::SQS::Queue, Properties: { QueueName: !Ref P } } }";
    let mut settings = bare_settings();
    let load = |settings: &template::Settings| Plan::load(text, settings, |_| Ok(String::new()));
    assert_eq!(load(&settings).unwrap().queues[0].name, "a");
    settings.parameters.insert("P".to_owned(), "b".to_owned());
    assert_eq!(load(&settings).unwrap().queues[0].name, "b");
    settings.parameters.insert("Other".to_owned(), "b".to_owned());
    assert_eq!(
        load(&settings).unwrap_err().to_string(),
        "Parameters: nothing in the template is called Other"
    );
}

#[test]
fn notifications_cover_what_their_event_and_filter_say() {
    let plan = load(
        "Resources:
  Q: { Type: AWS::SQS::Queue, Properties: { QueueName: q } }
  B:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: bbb
      NotificationConfiguration:
        QueueConfigurations:
          - Event: s3:ObjectCreated:*
            Queue: !GetAtt Q.Arn
            Filter: { S3Key: { Rules: [{ Name: prefix, Value: in/ }, { Name: suffix, Value: .pdf }] } }
          - { Event: 's3:ObjectCreated:Put', Queue: !GetAtt Q.Arn }",
    )
    .unwrap();
    let [filtered, puts] = plan.buckets[0].notifications.as_slice() else { panic!("two notifications") };
    assert_eq!(filtered.queue, "q");
    assert!(filtered.covers("ObjectCreated:CompleteMultipartUpload", "in/a.pdf"));
    assert!(!filtered.covers("ObjectCreated:Put", "out/a.pdf"));
    assert!(!filtered.covers("ObjectCreated:Put", "in/a.txt"));
    assert!(!filtered.covers("ObjectRemoved:Delete", "in/a.pdf"));
    assert!(puts.covers("ObjectCreated:Put", "anything"));
    assert!(!puts.covers("ObjectCreated:Copy", "anything"));
}
