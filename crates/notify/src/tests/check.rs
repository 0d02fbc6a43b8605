//! Templates at the deploy.

use headwater_core::manifest::{AlertOn, AlertPolicyDef, Manifest};

use crate::{FIELDS, template::Context};

use super::letters::message;

fn found(template: &str) -> Vec<String> {
    let policy = AlertPolicyDef {
        template: Some(template.to_owned()),
        ..AlertPolicyDef::new("raw", vec![AlertOn::AssetFailed], vec!["chat".into()])
    };
    let manifest = Manifest { alerts: vec![policy], ..Manifest::new("shop") };
    crate::check_templates(&manifest).into_iter().map(|finding| finding.message).collect()
}

#[test]
fn a_sound_template_passes() {
    for template in [
        "{{title}}",
        "{{#if run}}{{link \"Run\" run_url}}{{else}}no run{{/if}}",
        "{{#each owners}}{{this}}{{#unless @last}}, {{/unless}}{{/each}}",
        "{{#if (eq state \"resolved\")}}over{{else if (gt count 1)}}again{{/if}}",
        "{{bold \"x\"}} {{code error}} {{list affected}}",
        "{{~#if acknowledged_by~}} {{acknowledged_by}} {{~/if~}}",
        "no field at all",
        "",
        include_str!("../template/default.hbs"),
    ] {
        assert_eq!(found(template), Vec::<String>::new(), "{template}");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let wrong = [
        "{{title}}\n  {{tittle}}",
        "{{#if titel}}x{{/if}}",
        "{{#if error}}{{ownres}}{{/if}}",
        "{{#unless error}}{{nothing.at.all}}{{/unless}}",
        "{{#each owners}}{{this.name}}{{/each}}",
        "{{#if title}}",
        "{{title",
        "{{/if}}",
        "{{shout title}}",
        "{{{title}}}",
        "{{&title}}",
        "{{> other}}",
        "{{#*inline \"a\"}}{{> a}}{{/inline}}{{> a}}",
        "{{log title}}",
        "{{link title}}",
        "{{#each owners}}{{#each ../owners}}{{#each ../../owners}}x{{/each}}{{/each}}{{/each}}",
    ];
    let said: Vec<String> =
        wrong.iter().map(|template| format!("{template}\n    {}", found(template).join("; "))).collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_finding_names_the_fields() {
    let policy = AlertPolicyDef {
        template: Some("{{x}}".to_owned()),
        ..AlertPolicyDef::new("raw", vec![AlertOn::AssetFailed], vec!["chat".into()])
    };
    let manifest = Manifest { alerts: vec![policy], ..Manifest::new("shop") };
    let finding = crate::check_templates(&manifest).remove(0);
    assert_eq!(finding.code, "alert-template");
    assert!(finding.hint.starts_with("the fields are event, status, state, severity, title, "), "{}", finding.hint);
}

#[test]
fn what_would_be_dear_is_refused() {
    for (template, reason) in [
        ("x".repeat(20_000), "longer than"),
        ("{{title}}".repeat(600), "more than 500 tags"),
        (format!("{}x{}", "{{#if title}}".repeat(40), "{{/if}}".repeat(40)), "more than 16 blocks"),
        (
            format!("{{{{#if {}title{}}}}}x{{{{/if}}}}", "(not ".repeat(1_000), ")".repeat(1_000)),
            "more than 16 brackets",
        ),
        (
            format!("{{{{#if {}title{}}}}}x{{{{/if}}}}", "(not\n".repeat(1_000), ")".repeat(1_000)),
            "more than 16 brackets",
        ),
    ] {
        let found = found(&template);
        assert!(found.len() == 1 && found[0].contains(reason), "{found:?}");
    }
}

#[test]
fn the_list_of_fields_is_the_context() {
    for &topic in headwater_core::alert::AlertTopic::ALL {
        let context = Context::new(&message(1, topic), topic, "chat", "");
        let value = serde_json::to_value(context).unwrap();
        let mut fields: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
        let mut documented: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
        fields.sort_unstable();
        documented.sort_unstable();
        assert_eq!(fields, documented);
    }
}
