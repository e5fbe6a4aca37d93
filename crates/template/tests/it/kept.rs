//! What holds data is neither replaced nor deleted by an update of the stack.
//!
//! CloudFormation replaces a resource whose name, or a property that cannot change, is another one than before, and deletes
//! one that is no longer there under its logical id. So `infra/kept.json` has these on record, and a template that differs
//! from the record does not pass. Whoever changes the record on purpose has moved the data first.

use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

use super::texts::{infra, own_text};

/// Types that hold data, with the properties that cannot change. Of a table's indexes, keys and projections cannot either;
/// removing an index loses no data, so a changed index is changed by removing it first.
const KEPT: [(&str, &[&str]); 3] = [
    ("AWS::S3::Bucket", &["BucketName", "ObjectLockEnabled"]),
    (
        "AWS::DynamoDB::Table",
        &[
            "AttributeDefinitions",
            "GlobalSecondaryIndexes",
            "ImportSourceSpecification",
            "KeySchema",
            "LocalSecondaryIndexes",
            "TableName",
        ],
    ),
    ("AWS::Cognito::UserPool", &["AliasAttributes", "Schema", "UsernameAttributes", "UsernameConfiguration"]),
];

/// The template as JSON; an intrinsic function in its short form becomes one in its long form.
fn template() -> Value {
    plain(serde_yaml_ng::from_str(&own_text()).unwrap())
}

fn plain(yaml: serde_yaml_ng::Value) -> Value {
    use serde_yaml_ng::Value as Yaml;
    match yaml {
        Yaml::Sequence(items) => items.into_iter().map(plain).collect(),
        Yaml::Mapping(fields) => fields
            .into_iter()
            .map(|(key, value)| (key.as_str().unwrap().to_owned(), plain(value)))
            .collect::<Map<_, _>>()
            .into(),
        Yaml::Tagged(tagged) => json!({ tagged.tag.to_string(): plain(tagged.value) }),
        scalar => serde_json::to_value(scalar).unwrap(),
    }
}

/// What the template says of everything that holds data, in the form of the record.
fn found(template: &Value) -> Map<String, Value> {
    let mut found = Map::new();
    for (logical_id, resource) in template["Resources"].as_object().unwrap() {
        let kind = resource["Type"].as_str().unwrap();
        let Some((_, names)) = KEPT.iter().find(|(kept, _)| *kept == kind) else { continue };
        let properties = names.iter().filter_map(|name| {
            resource["Properties"].get(name).map(|value| ((*name).to_owned(), value.clone()))
        });
        let properties: Map<_, _> = properties.collect();
        found.insert(logical_id.clone(), json!({ "Type": kind, "Properties": properties }));
    }
    found
}

/// Everything that would cost data, in words. Empty for a template that keeps all.
fn losses(template: &Value, record: &Map<String, Value>) -> Vec<String> {
    let found = found(template);
    let mut losses = Vec::new();
    for logical_id in found.keys().chain(record.keys()).collect::<BTreeSet<_>>() {
        match (found.get(logical_id), record.get(logical_id)) {
            (Some(now), Some(then)) if now == then => {}
            (Some(now), Some(then)) => {
                losses.push(format!("{logical_id} would be replaced: it is {now}, and was {then}"));
            }
            (None, _) => losses.push(format!("{logical_id} would be deleted")),
            (Some(_), None) => losses.push(format!("{logical_id} is not on record in infra/kept.json")),
        }
    }
    for logical_id in found.keys() {
        let resource = &template["Resources"][logical_id];
        let policy = |name: &str| resource[name].as_str().unwrap_or_default();
        // The second deletes what a failed creation leaves behind, empty, and keeps everything else.
        if !["Retain", "RetainExceptOnCreate"].contains(&policy("DeletionPolicy")) {
            losses.push(format!("{logical_id} would be deleted with the stack"));
        }
        if policy("UpdateReplacePolicy") != "Retain" {
            losses.push(format!("{logical_id} would be deleted when it is replaced"));
        }
        // A parameter could take it away. The user pool is kept even then.
        if resource.get("Condition").is_some() && resource["Type"] != "AWS::Cognito::UserPool" {
            losses.push(format!("{logical_id} depends on a condition"));
        }
    }
    losses
}

fn record() -> Map<String, Value> {
    serde_json::from_str(&std::fs::read_to_string(infra().join("kept.json")).unwrap()).unwrap()
}

#[test]
fn an_update_loses_no_data() {
    assert_eq!(losses(&template(), &record()), Vec::<String>::new());
}

/// One change of the template each, and what must be said of it.
#[test]
fn a_change_that_loses_data_is_noticed() {
    let check = |change: fn(&mut Map<String, Value>), expect: &str| {
        let mut template = template();
        change(template["Resources"].as_object_mut().unwrap());
        let losses = losses(&template, &record());
        assert!(losses.iter().any(|loss| loss.starts_with(expect)), "{expect}: {losses:?}");
    };
    check(
        |all| all["UploadsBucket"]["Properties"]["BucketName"] = json!("other"),
        "UploadsBucket would be replaced",
    );
    check(
        |all| all["DocumentsTable"]["Properties"]["KeySchema"][0]["AttributeName"] = json!("id"),
        "DocumentsTable would be replaced",
    );
    check(
        |all| {
            let taken = all.remove("NotesTable").unwrap();
            all.insert("RemarksTable".to_owned(), taken);
        },
        "NotesTable would be deleted",
    );
    check(
        |all| {
            all["ResultsBucket"].as_object_mut().unwrap().remove("UpdateReplacePolicy");
        },
        "ResultsBucket would be deleted when it is replaced",
    );
    check(
        |all| all["NotesTable"]["DeletionPolicy"] = json!("Delete"),
        "NotesTable would be deleted with the stack",
    );
    check(|all| all["NotesTable"]["Condition"] = json!("Production"), "NotesTable depends on a condition");
    check(
        |all| {
            all.insert("NewBucket".to_owned(), json!({ "Type": "AWS::S3::Bucket" }));
        },
        "NewBucket is not on record",
    );
}

/// What production adds to that.
#[test]
fn data_is_encrypted_backed_up_and_closed_to_the_public() {
    let template = template();
    for (logical_id, resource) in template["Resources"].as_object().unwrap() {
        let properties = &resource["Properties"];
        match resource["Type"].as_str().unwrap() {
            "AWS::S3::Bucket" => {
                let encryption = &properties["BucketEncryption"]["ServerSideEncryptionConfiguration"][0];
                assert!(encryption["ServerSideEncryptionByDefault"].is_object(), "{logical_id}");
                let blocked = properties["PublicAccessBlockConfiguration"].as_object().unwrap();
                assert!(blocked.len() == 4 && blocked.values().all(|flag| flag == true), "{logical_id}");
                let rules = properties["LifecycleConfiguration"]["Rules"].as_array().unwrap();
                let aborted =
                    |rule: &Value| rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] == 7;
                assert!(rules.iter().any(aborted), "{logical_id}");
                for rule in properties["CorsConfiguration"]["CorsRules"].as_array().unwrap() {
                    assert_eq!(rule["AllowedOrigins"], json!([{ "!Ref": "PageOrigin" }]), "{logical_id}");
                }
            }
            "AWS::DynamoDB::Table" => {
                let recovery = &properties["PointInTimeRecoverySpecification"];
                assert_eq!(recovery["PointInTimeRecoveryEnabled"], true, "{logical_id}");
                assert_eq!(
                    properties["DeletionProtectionEnabled"],
                    json!({ "!If": ["Production", true, false] })
                );
            }
            "AWS::SQS::Queue" => assert_eq!(properties["SqsManagedSseEnabled"], true, "{logical_id}"),
            _ => {}
        }
    }
    let over_tls = |kind: &str, names: &str| {
        let policies = template["Resources"].as_object().unwrap().values();
        let guarded = policies.filter(|policy| policy["Type"] == kind).flat_map(|policy| {
            let statements = policy["Properties"]["PolicyDocument"]["Statement"].as_array().unwrap();
            let closed = statements.iter().any(|statement| {
                statement["Effect"] == "Deny"
                    && statement["Condition"]["Bool"]["aws:SecureTransport"] == "false"
            });
            assert!(closed, "{policy}");
            let named = policy["Properties"][names].clone();
            if named.is_array() { named.as_array().unwrap().clone() } else { vec![named] }
        });
        guarded.map(|name| name["!Ref"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let of = |kind: &str| {
        let all = template["Resources"].as_object().unwrap().iter();
        all.filter(|(_, one)| one["Type"] == kind).map(|(id, _)| id.clone()).collect::<BTreeSet<_>>()
    };
    assert_eq!(over_tls("AWS::S3::BucketPolicy", "Bucket"), of("AWS::S3::Bucket"));
    assert_eq!(over_tls("AWS::SQS::QueuePolicy", "Queues"), of("AWS::SQS::Queue"));
    assert_eq!(over_tls("AWS::SNS::TopicPolicy", "Topics"), of("AWS::SNS::Topic"));
}
