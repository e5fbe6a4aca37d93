//! `UpdateItem`: conditional changes, what they give back, and what they may not touch.

use super::{Bench, TABLE, number, text};
use crate::host::refusal;
use aws_sdk_dynamodb::{
    operation::update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    types::{ReturnValue, ReturnValuesOnConditionCheckFailure},
};

fn update(bench: &Bench, expression: &str) -> UpdateItemFluentBuilder {
    let update = bench.client.update_item().table_name(TABLE).key("document_id", text("d1"));
    update.update_expression(expression)
}

#[tokio::test]
async fn a_condition_decides_and_a_refusal_tells_what_is_there() {
    let bench = Bench::new();
    bench.put("d1", &[]).await;
    for client in bench.both_ways().await {
        bench.put("d1", &[]).await;
        let change = || {
            let update = client.update_item().table_name(TABLE).key("document_id", text("d1"));
            let update =
                update.update_expression("SET #s = :new").condition_expression("attribute_not_exists(#s)");
            let update = update.expression_attribute_names("#s", "status");
            let update =
                update.expression_attribute_values(":new", text("ready")).return_values(ReturnValue::AllNew);
            update
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
                .send()
        };
        assert_eq!(change().await.unwrap().attributes().unwrap()["status"], text("ready"));
        let refused = change().await.unwrap_err().into_service_error();
        let UpdateItemError::ConditionalCheckFailedException(refused) = refused else {
            panic!("another error")
        };
        assert_eq!(refused.item().unwrap()["status"], text("ready"));
    }
}

#[tokio::test]
async fn one_of_many_writers_wins() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::over(crate::host::Host::on_disk(folder.path()));
    bench.put("d1", &[("owner", "nobody")]).await;
    let writers: Vec<_> = (0..20)
        .map(|writer| {
            let claim = update(&bench, "SET #o = :me").condition_expression("#o = :nobody");
            let claim = claim.expression_attribute_names("#o", "owner");
            let claim = claim.expression_attribute_values(":nobody", text("nobody"));
            tokio::spawn(claim.expression_attribute_values(":me", text(&writer.to_string())).send())
        })
        .collect();
    let mut won = 0;
    for writer in writers {
        won += usize::from(writer.await.unwrap().is_ok());
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn numbers_lists_and_attributes_are_changed_in_place() {
    let bench = Bench::new();
    let begin = update(&bench, "SET version = if_not_exists(version, :zero) + :one, notes = :none");
    let begin = begin
        .expression_attribute_values(":zero", number("0"))
        .expression_attribute_values(":one", number("1"));
    let begin =
        begin.expression_attribute_values(":none", aws_sdk_dynamodb::types::AttributeValue::L(Vec::new()));
    begin.send().await.unwrap();
    let go_on = update(&bench, "SET notes = list_append(notes, :more) ADD version :one REMOVE title");
    let go_on = go_on.expression_attribute_values(":one", number("1"));
    let more = aws_sdk_dynamodb::types::AttributeValue::L(vec![text("a")]);
    let changed = go_on.expression_attribute_values(":more", more).return_values(ReturnValue::UpdatedNew);
    let changed = changed.send().await.unwrap().attributes.unwrap();
    assert_eq!((&changed["version"], changed["notes"].as_l().unwrap().len()), (&number("2"), 1));
    let old = update(&bench, "REMOVE version").return_values(ReturnValue::UpdatedOld).send().await.unwrap();
    assert_eq!(old.attributes().unwrap()["version"], number("2"));
    assert!(!bench.get("d1").await.unwrap().contains_key("version"));
}

#[tokio::test]
async fn an_index_follows_the_item() {
    let bench = Bench::new();
    bench.put("d1", &[("cause", "timeout"), ("status_at", "1")]).await;
    let found = async |cause: &str| {
        let query = bench.client.query().table_name(TABLE).index_name("by-cause");
        let query =
            query.key_condition_expression("cause = :c").expression_attribute_values(":c", text(cause));
        query.send().await.unwrap().items().len()
    };
    assert_eq!((found("timeout").await, found("refused").await), (1, 0));
    update(&bench, "SET cause = :c").expression_attribute_values(":c", text("refused")).send().await.unwrap();
    assert_eq!((found("timeout").await, found("refused").await), (0, 1));
    update(&bench, "REMOVE cause").send().await.unwrap();
    assert_eq!((found("timeout").await, found("refused").await), (0, 0));
}

#[tokio::test]
async fn what_cannot_be_changed_is_refused_and_nothing_is() {
    let bench = Bench::new();
    bench.put("d1", &[("title", "Rivers")]).await;
    let with = |expression: &str| update(&bench, expression).expression_attribute_values(":v", text("x"));
    for expression in
        ["SET document_id = :v", "SET title = :missing", "SET status = :v", "SET", "ADD title :v"]
    {
        assert_eq!(refusal(with(expression).send().await), "ValidationException", "{expression}");
    }
    let too_large =
        update(&bench, "SET padding = :v").expression_attribute_values(":v", text(&"x".repeat(409_600)));
    let error = too_large.send().await.unwrap_err();
    assert_eq!(
        error.as_service_error().unwrap().meta().message(),
        Some("Item size to update has exceeded the maximum allowed size")
    );
    assert_eq!(bench.get("d1").await.unwrap().len(), 2);
}

/// "The maximum length of an expression string is 4 KB" (Developer Guide, Constraints).
#[tokio::test]
async fn an_expression_has_at_most_four_kilobytes() {
    let bench = Bench::new();
    for (bytes, allowed) in [(4_095, true), (4_096, true), (4_097, false)] {
        let expression = format!("SET {}title = :v", " ".repeat(bytes - "SET title = :v".len()));
        let outcome = update(&bench, &expression).expression_attribute_values(":v", text("x")).send().await;
        assert_eq!(outcome.is_ok(), allowed, "{bytes}");
    }
}
