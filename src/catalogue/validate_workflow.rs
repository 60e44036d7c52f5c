//! Whether a declared workflow can be lived through: every state can be reached, every state that is not final leads
//! to a final one, and what the timer is told to do exists.

use super::validate::Findings;
use super::workflow::{Actor, Workflow};
use std::collections::HashSet;

pub(super) fn workflow_faults(workflow: &Workflow, findings: &mut Findings<'_>) {
    for (text, message) in faults(workflow) {
        let (file, line) = findings.files.locate("workflows/", &workflow.code, "");
        let (file, line) = place(findings, &file, &text).unwrap_or((file, line));
        findings.faults.push(super::files::Fault { file, line, message });
    }
}

fn place(findings: &Findings<'_>, file: &str, text: &str) -> Option<(String, usize)> {
    let content = findings.files.0.get(file)?;
    let line = content.lines().position(|line| line.contains(&format!("\"{text}\"")))?;
    Some((file.to_owned(), line + 1))
}

/// Every fault as (the code it is about, what is wrong).
pub fn faults(workflow: &Workflow) -> Vec<(String, String)> {
    let mut faults = Vec::new();
    let mut fault = |code: &str, message: String| faults.push((code.to_owned(), message));
    if workflow.state(&workflow.initial).is_none() {
        fault(&workflow.initial, format!("initial state {} is not declared", workflow.initial));
    }
    let mut codes = HashSet::new();
    for state in &workflow.states {
        if !codes.insert(state.code.as_str()) {
            fault(&state.code, format!("state {} stands twice", state.code));
        }
        if (state.actor == Actor::Nobody) != state.outcome.is_some() {
            fault(
                &state.code,
                format!("state {}: a final state has an outcome, and only a final one", state.code),
            );
        }
    }
    let mut actions = HashSet::new();
    for action in &workflow.actions {
        if !actions.insert(action.code.as_str()) {
            fault(&action.code, format!("action {} stands twice", action.code));
        }
        for state in action.from.iter().chain([&action.to]).filter(|code| workflow.state(code).is_none()) {
            fault(&action.code, format!("action {} names the undeclared state {state}", action.code));
        }
        if let Some(last) = action.from.iter().find(|code| workflow.is_final(code)) {
            fault(&action.code, format!("action {} leaves the final state {last}", action.code));
        }
        if action.source.trim().is_empty() {
            fault(&action.code, format!("action {} names no source", action.code));
        }
    }
    for clock in &workflow.clocks {
        for state in
            clock.runs_in.iter().chain(&clock.paused_in).filter(|code| workflow.state(code).is_none())
        {
            fault(&clock.code, format!("clock {} names the undeclared state {state}", clock.code));
        }
        if let Some(code) = &clock.when_overdue
            && workflow.action(code).is_none_or(|action| !action.roles.is_empty())
        {
            fault(&clock.code, format!("clock {}: {code} is not an action of the timer", clock.code));
        }
    }
    let reached = reached_from(workflow, &workflow.initial);
    for state in workflow.states.iter().filter(|state| !reached.contains(state.code.as_str())) {
        fault(&state.code, format!("state {} can never be reached", state.code));
    }
    for state in workflow.states.iter().filter(|state| state.actor != Actor::Nobody) {
        if !reached_from(workflow, &state.code).iter().any(|code| workflow.is_final(code)) {
            fault(&state.code, format!("state {} never ends", state.code));
        }
    }
    faults
}

fn reached_from<'a>(workflow: &'a Workflow, start: &'a str) -> HashSet<&'a str> {
    let mut reached = HashSet::from([start]);
    let mut waiting = vec![start];
    while let Some(state) = waiting.pop() {
        for action in workflow.actions.iter().filter(|action| action.from.iter().any(|code| code == state)) {
            if reached.insert(&action.to) {
                waiting.push(&action.to);
            }
        }
    }
    reached
}
