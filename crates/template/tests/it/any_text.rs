//! No text makes the reader panic or run on: neither nonsense nor the project's own template, damaged.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use template::Plan;

use super::texts::{load, own_file, own_text, settings};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Words that mean something in a template, so that nonsense gets past the first check.
const WORDS: [&str; 40] = [
    "Resources",
    "Parameters",
    "Conditions",
    "Outputs",
    "Globals",
    "Function",
    "Type",
    "Properties",
    "DependsOn",
    "Condition",
    "Default",
    "AllowedPattern",
    "String",
    "Number",
    "AWS::SQS::Queue",
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
    "AWS::Serverless::Function",
    "AWS::Serverless::StateMachine",
    "AWS::Serverless::HttpApi",
    "AWS::Logs::LogGroup",
    "QueueName",
    "BucketName",
    "Events",
    "SQS",
    "HttpApi",
    "Schedule",
    "rate(1 minute)",
    "Queue",
    "A",
    "B",
    "A.Arn",
    "${A}",
    "${A.Arn}",
    "Ref",
    "Fn::Sub",
    "Fn::If",
    "Fn::Join",
    "(",
    "AWS::NoValue",
];

fn yaml() -> impl Strategy<Value = String> {
    let word = || proptest::sample::select(WORDS.as_slice());
    let leaf = prop_oneof![
        word().prop_map(|word| format!("'{word}'")),
        any::<i64>().prop_map(|number| number.to_string()),
        Just("~".to_owned()),
        Just(".nan".to_owned()),
        Just("true".to_owned()),
        "[ -~]{0,6}".prop_map(|text| format!("'{}'", text.replace('\'', "''"))),
    ];
    leaf.prop_recursive(8, 64, 5, move |inner| {
        let tags = [
            "!Ref", "!Sub", "!GetAtt", "!If", "!Equals", "!Not", "!And", "!Join", "!Select", "!Split",
            "!Other", "!",
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(", "))),
            proptest::collection::btree_map(word(), inner.clone(), 0..5).prop_map(|fields| {
                let fields: Vec<String> =
                    fields.into_iter().map(|(name, value)| format!("'{name}': {value}")).collect();
                format!("{{{}}}", fields.join(", "))
            }),
            (proptest::sample::select(tags.to_vec()), inner)
                .prop_map(|(tag, value)| format!("{tag} {value}")),
        ]
    })
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn nonsense_is_refused_or_read(resources in yaml(), parameters in yaml(), conditions in yaml(), outputs in yaml()) {
        let _ = load(&format!("Resources: {resources}"));
        let _ = load(&format!("Parameters: {parameters}\nResources: {resources}"));
        let _ = load(&format!("Conditions: {conditions}\nGlobals: {{ Function: {parameters} }}\n\
                               Resources: {{ A: {resources} }}\nOutputs: {{ O: {outputs} }}"));
    }

    #[test]
    fn any_characters_are_refused_or_read(text in "\\PC{0,200}") {
        let _ = load(&text);
    }
}

proptest! {
    #![proptest_config(config(48))]

    #[test]
    fn a_damaged_template_is_refused_or_read(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4u8), 1..4)
    ) {
        let text = own_text();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for (from, to, kind) in damage {
            let (from, to) = (from.index(lines.len()), to.index(lines.len()));
            match kind {
                0 => drop(lines.remove(from)),
                1 => lines.swap(from, to),
                2 => { let line = lines[from].clone(); lines.insert(to, line); }
                _ => lines[from] = lines[from].replace("Queue", "Bucket").replace(": ", ": !Ref "),
            }
            prop_assume!(!lines.is_empty());
        }
        let _ = Plan::load(&lines.join("\n"), &settings(), own_file);
    }
}
