//! The OpenAPI document against the shipped rule sets and the house rules.

use std::fs;

use crate::node;
use crate::spectral::{self, Finding};
use crate::tally::Tally;
use crate::workspace::Workspace;

const DOCUMENT: &str = "openapi/openapi.json";
/// Errors shown in full; a fault of one shared schema can be found hundreds of times.
const SHOWN: usize = 30;

#[derive(Clone, Copy, PartialEq, Eq)]
enum RuleSet {
    OpenApi,
    Owasp,
    House,
}

impl RuleSet {
    const ALL: [Self; 3] = [Self::OpenApi, Self::Owasp, Self::House];

    fn of(rule: &str) -> Self {
        match rule.split(['-', ':']).next() {
            Some("owasp") => Self::Owasp,
            Some("house") => Self::House,
            _ => Self::OpenApi,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::OpenApi => "spectral:oas",
            Self::Owasp => "OWASP API Security",
            Self::House => "house",
        }
    }
}

pub fn run(workspace: &Workspace) -> Tally {
    let mut tally = Tally::default();
    if let Err(fault) = node::check().and_then(|_| node::install(&workspace.path("contract"))) {
        tally.check(Err::<&str, _>(format!("the contract was not linted; needed: {fault}")));
        return tally;
    }
    tally.check(controls(workspace));
    if !workspace.path(DOCUMENT).is_file() {
        tally.check(Err::<&str, _>(format!("{DOCUMENT} is missing: cargo xtask openapi")));
        return tally;
    }
    match spectral::lint(workspace, DOCUMENT) {
        Ok(findings) => {
            for set in RuleSet::ALL {
                tally.check(verdict(set, &findings));
            }
        }
        Err(fault) => tally.check(Err::<&str, _>(fault)),
    }
    tally
}

/// Proof that the lint lets a sound document pass and finds the faults of a faulty one.
fn controls(workspace: &Workspace) -> Result<String, String> {
    let rules = fs::read_to_string(workspace.path("contract/spectral.yaml"))
        .map_err(|error| format!("contract/spectral.yaml: {error}"))?;
    let sound = spectral::lint(workspace, "contract/samples/sound.json")?;
    if let Some(finding) = sound.first() {
        return Err(format!("the sound sample is refused by {}: {}", finding.rule, finding.text));
    }
    let faulty = spectral::lint(workspace, "contract/samples/faulty.json")?;
    let found = |is_meant: &dyn Fn(&str) -> bool| faulty.iter().any(|f| f.is_error && is_meant(&f.rule));
    if let Some(silent) = house_rules(&rules).find(|rule| !found(&|name| name == *rule)) {
        return Err(format!("{silent} does not find its fault in the faulty sample"));
    }
    if let Some(silent) = RuleSet::ALL.into_iter().find(|set| !found(&|rule| RuleSet::of(rule) == *set)) {
        return Err(format!("no rule of {} finds a fault in the faulty sample", silent.name()));
    }
    Ok("the lint passes a sound sample and finds every fault of a faulty one".to_owned())
}

fn house_rules(rules: &str) -> impl Iterator<Item = &str> {
    rules
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'))
        .filter(|name| name.starts_with("house-"))
}

fn verdict(set: RuleSet, findings: &[Finding]) -> Result<String, String> {
    let (errors, others): (Vec<_>, Vec<_>) = findings
        .iter()
        .filter(|finding| RuleSet::of(&finding.rule) == set)
        .partition(|finding| finding.is_error);
    let name = set.name();
    if errors.is_empty() {
        return Ok(format!("{DOCUMENT}: no error by the {name} rules ({} warnings and hints)", others.len()));
    }
    let shown = errors.iter().take(SHOWN).map(|finding| format!("\n{}  {}", finding.rule, finding.text));
    Err(format!("{DOCUMENT}: {} errors by the {name} rules{}", errors.len(), shown.collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_belong_to_their_sets() {
        assert!(RuleSet::of("oas3-schema") == RuleSet::OpenApi);
        assert!(RuleSet::of("owasp:api4:2023-string-limit") == RuleSet::Owasp);
        assert!(RuleSet::of("house-operation-authz") == RuleSet::House);
    }

    #[test]
    fn only_errors_of_the_own_set_fail_it() {
        let finding = |rule: &str, is_error| Finding { rule: rule.to_owned(), is_error, text: String::new() };
        let findings = [finding("owasp:api1", true), finding("oas3-x", false)];
        assert!(verdict(RuleSet::OpenApi, &findings).unwrap().contains("1 warnings"));
        assert!(verdict(RuleSet::Owasp, &findings).unwrap_err().contains("owasp:api1"));
    }

    #[test]
    fn house_rules_are_read_from_the_rule_file() {
        let rules = "rules:\n  house-a:\n    severity: error\n  oas3-b: off\n  house-c:\n";
        assert!(house_rules(rules).eq(["house-a", "house-c"]));
    }
}
