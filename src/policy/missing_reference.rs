//! `missing-reference`: services refer to a connector or a Cloud SQL instance that does not exist.

use std::collections::BTreeMap;

use super::answer::{Answer, Context, Draft, is_plain, listed, named, update_command};
use super::{Evidence, FindingSeverity};
use crate::model::Fact;
use crate::topology::{ConnectionName, EntryPoint, ObjectName, Service, Stated};

pub(super) fn check(context: &Context<'_>) -> Vec<Answer> {
    let mut missing = Missing::default();
    let mut answers = Vec::new();
    for service in &context.topology.services {
        connector(context, service, &mut missing, &mut answers);
        databases(context, service, &mut missing, &mut answers);
    }
    answers.extend(missing.connectors.into_iter().map(|(name, users)| Answer::Fires(connector_draft(name, users))));
    answers.extend(missing.databases.into_iter().map(|(name, users)| Answer::Fires(database_draft(name, users))));
    answers
}

/// What does not exist, and who refers to it.
#[derive(Default)]
struct Missing {
    connectors: BTreeMap<ObjectName, Users>,
    databases: BTreeMap<ConnectionName, Users>,
}

#[derive(Default)]
struct Users {
    titles: Vec<String>,
    subjects: Vec<String>,
    evidence: Vec<Evidence>,
    /// What takes a Cloud SQL instance away from each, up to its name; where their names can stand in a command line.
    commands: Vec<String>,
    /// Whether one of them has nothing else of the kind.
    is_only_one: bool,
}

impl Users {
    fn add(&mut self, context: &Context<'_>, service: &Service<'_>, evidence: Evidence) {
        self.titles.push(named(&service.title()));
        self.subjects.push(context.label(service.resource));
        self.evidence.push(evidence);
        self.commands.extend(update_command(service));
    }
}

fn connector(context: &Context<'_>, service: &Service<'_>, missing: &mut Missing, answers: &mut Vec<Answer>) {
    match &service.entry {
        Fact::Known(Stated { value: EntryPoint::Connector(name), path }) => match context.topology.connector(name) {
            Fact::Known(_) => {}
            Fact::Absent => {
                let evidence = context.evidence(service.resource, path);
                missing.connectors.entry(name.clone()).or_default().add(context, service, evidence);
            }
            Fact::Undetermined(reason) => {
                let why = format!("whether connector {} exists: {reason}", named(&name.name));
                answers.push(Answer::undetermined(context, service.resource, why));
            }
        },
        Fact::Known(Stated { value: EntryPoint::Direct { .. }, .. }) | Fact::Absent => {}
        Fact::Undetermined(reason) => {
            let why = format!("which connector it uses is not known: {reason}");
            answers.push(Answer::undetermined(context, service.resource, why));
        }
    }
}

fn databases(context: &Context<'_>, service: &Service<'_>, missing: &mut Missing, answers: &mut Vec<Answer>) {
    let mut has_existing = false;
    let mut absent = Vec::new();
    for attached in &service.databases {
        let name = match &attached.value {
            Ok(name) => name,
            Err(text) => {
                let why = format!("`{}` is no connection name (PROJECT:REGION:INSTANCE)", named(text));
                answers.push(Answer::undetermined(context, service.resource, why));
                continue;
            }
        };
        match context.topology.database(name) {
            Fact::Known(_) => has_existing = true,
            Fact::Absent => absent.push((name, &attached.path)),
            Fact::Undetermined(reason) => {
                let why = format!("whether Cloud SQL {} exists: {reason}", named(&name.instance));
                answers.push(Answer::undetermined(context, service.resource, why));
            }
        }
    }
    for (name, path) in absent {
        let text = format!("{}:{}:{}", name.project, name.region, name.instance);
        let users = missing.databases.entry(name.clone()).or_default();
        users.is_only_one |= !has_existing;
        users.add(context, service, context.said_of(service.resource, path, named(&text)));
    }
    if let Some(reason) = &service.databases_unknown {
        let why = format!("which Cloud SQL instances it attaches is not known: {reason}");
        answers.push(Answer::undetermined(context, service.resource, why));
    }
}

fn connector_draft(name: ObjectName, users: Users) -> Draft {
    let identity = format!(
        "//vpcaccess.googleapis.com/projects/{}/locations/{}/connectors/{}",
        name.project, name.location, name.name
    );
    let message = format!(
        "{} {} connector {} in {}, which does not exist: new revisions fail and nothing in the VPC is reached.",
        listed(&users.titles),
        if users.titles.len() == 1 { "refers to" } else { "refer to" },
        named(&name.name),
        named(&name.location),
    );
    draft(message, identity, users)
}

fn database_draft(name: ConnectionName, users: Users) -> Draft {
    let identity = format!("//cloudsql.googleapis.com/projects/{}/instances/{}", name.project, name.instance);
    let message = format!(
        "{} {} Cloud SQL {}:{}:{}, which does not exist: every connection to it fails.",
        listed(&users.titles),
        if users.titles.len() == 1 { "attaches" } else { "attach" },
        named(&name.project),
        named(&name.region),
        named(&name.instance),
    );
    // Beside an instance that exists it is most likely a leftover: attaching only ever adds.
    let severity = (!users.is_only_one).then_some(FindingSeverity::Warning);
    let connection = format!("{}:{}:{}", name.project, name.region, name.instance);
    let remedy = (is_plain(&connection) && !users.commands.is_empty()).then(|| {
        let commands: String = users
            .commands
            .iter()
            .map(|start| format!("\n  {start} --remove-cloudsql-instances {connection}"))
            .collect();
        format!("Create the instance or attach another; where it is a leftover, detach it:{commands}")
    });
    Draft { severity, remedy, ..draft(message, identity, users) }
}

fn draft(message: String, identity: String, users: Users) -> Draft {
    let Users { titles: _, subjects, mut evidence, commands: _, is_only_one: _ } = users;
    evidence.push(Evidence {
        subject: identity.clone(),
        path: String::new(),
        value: "does not exist".to_owned(),
        range: None,
    });
    let subjects = std::iter::once(identity).chain(subjects).collect();
    Draft { identified_by: 1, ..Draft::new(message, subjects, evidence) }
}
