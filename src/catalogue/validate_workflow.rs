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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::workflow::{Action, Outcome, State};
    use crate::language::Bilingual;
    use proptest::prelude::*;

    fn workflow(states: &[bool], actions: &[(usize, usize)]) -> Workflow {
        let code = |at: usize| format!("S{at}");
        let state = |(at, is_final): (usize, &bool)| State {
            code: code(at),
            name: Bilingual::default(),
            actor: if *is_final { Actor::Nobody } else { Actor::Staff },
            outcome: is_final.then_some(Outcome::Succeeded),
        };
        let action = |(at, (from, to)): (usize, &(usize, usize))| Action {
            code: format!("A{at}"),
            name: Bilingual::default(),
            from: vec![code(*from)],
            to: code(*to),
            roles: Vec::new(),
            guards: Vec::new(),
            asks: Vec::new(),
            effects: Vec::new(),
            source: "city rule".to_owned(),
        };
        Workflow {
            code: "w".to_owned(),
            version: 1,
            name: Bilingual::default(),
            initial: code(0),
            states: states.iter().enumerate().map(state).collect(),
            actions: actions.iter().enumerate().map(action).collect(),
            clocks: Vec::new(),
        }
    }

    proptest! {
        /// A workflow is without fault exactly when every state lies on some way from the first state to a final one,
        /// and no way leaves a final state. The oracle multiplies the step matrix instead of searching.
        #[test]
        fn a_workflow_is_sound_when_every_state_lies_on_a_way_to_an_end(
            states in proptest::collection::vec(any::<bool>(), 1..7),
            steps in proptest::collection::vec((0_usize..7, 0_usize..7), 0..14),
        ) {
            let count = states.len();
            let steps: Vec<(usize, usize)> = steps.into_iter().map(|(from, to)| (from % count, to % count)).collect();
            let mut reach = vec![vec![false; count]; count];
            (0..count).for_each(|at| reach[at][at] = true);
            for (from, to) in &steps {
                reach[*from][*to] = true;
            }
            for _ in 0..count {
                let before = reach.clone();
                for from in 0..count {
                    for to in 0..count {
                        reach[from][to] = (0..count).any(|via| before[from][via] && before[via][to]);
                    }
                }
            }
            let reached = (0..count).all(|at| reach[0][at]);
            let ends = (0..count).all(|at| states[at] || (0..count).any(|end| states[end] && reach[at][end]));
            let leaves_an_end = steps.iter().any(|(from, _)| states[*from]);
            let sound = reached && ends && !leaves_an_end;
            prop_assert_eq!(faults(&workflow(&states, &steps)).is_empty(), sound);
        }
    }

    #[test]
    fn undeclared_states_missing_sources_and_timers_without_action_are_named() {
        use crate::catalogue::workflow::Clock;
        let mut broken = workflow(&[false, true], &[(0, 1)]);
        broken.actions[0].source = " ".to_owned();
        broken.actions[0].from.push("NOWHERE".to_owned());
        broken.clocks.push(Clock {
            code: "C".to_owned(),
            name: Bilingual::default(),
            runs_in: vec!["ELSEWHERE".to_owned()],
            paused_in: Vec::new(),
            restarts: false,
            when_overdue: Some("NO_ACTION".to_owned()),
        });
        let faults = faults(&broken);
        for part in ["no source", "NOWHERE", "ELSEWHERE", "NO_ACTION"] {
            assert!(faults.iter().any(|(_, message)| message.contains(part)), "{part}: {faults:?}");
        }
    }
}
