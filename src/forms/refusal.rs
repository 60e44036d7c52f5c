//! Defects as the refusal a caller gets: all of them at once.

use super::defect::Defect;
use crate::problem::{Code, Detail, Problem};

/// Every defect that bars handing in, with its pointer, what is allowed and the law behind it.
pub fn problem(code: Code, defects: &[Defect]) -> Problem {
    let details: Vec<Detail> = defects.iter().map(detail).collect();
    let problem = Problem::new(code);
    match details.first() {
        Some(first) => problem.at(first.target.clone()).with_details(details),
        None => problem,
    }
}

fn detail(defect: &Defect) -> Detail {
    // The acceptance check stands beside its source: staff know the checks by these codes.
    let source = match (&defect.check, &defect.source) {
        (Some(check), Some(source)) => Some(format!("{}: {source}", check.as_str())),
        (Some(check), None) => Some(check.as_str().to_owned()),
        (None, source) => source.clone(),
    };
    Detail {
        code: defect.code.as_str().to_owned(),
        message: defect.message.clone(),
        target: defect.pointer.clone(),
        value: defect.found.clone(),
        allowed: defect.allowed.clone(),
        source,
    }
}
