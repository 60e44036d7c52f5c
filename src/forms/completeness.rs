//! Whether a form can be handed in: every defect of it at once (一次性告知), in the order of the form. Pure: the catalogue,
//! the applicant's standing and the date come in as arguments.

mod documents;
mod items;
#[cfg(test)]
mod tests;

use super::acceptance::AcceptanceCheck;
use super::checklist::{CITY_RULE, Checklist, Finding};
use super::defect::{Defect, DefectCode};
use super::form::{Agency, Attendance, Attendee, Channel, SubmissionForm};
use super::party::PartyKind;
use super::standing::ApplicantStanding;
use crate::catalogue::{Pack, ParticularsKind, RightKind, Service};
use crate::identifiers::{AgencyCode, Fault, FaultCode};
use crate::language::Text;
use chrono::NaiveDate;

/// Checks a form against the catalogue. `today` is the date at the window, in the zone of the city. The form can be
/// handed in when none of the defects [bars](Defect::bars) it.
pub fn check(
    form: &SubmissionForm,
    pack: &Pack,
    standing: &ApplicantStanding,
    today: NaiveDate,
) -> Vec<Defect> {
    let mut list = Checklist::new(today);
    Desk { form, pack, standing }.check(&mut list);
    list.into_defects()
}

/// What lies on the desk of whoever checks.
#[derive(Clone, Copy)]
struct Desk<'a> {
    form: &'a SubmissionForm,
    pack: &'a Pack,
    standing: &'a ApplicantStanding,
}

impl<'a> Desk<'a> {
    fn check(self, list: &mut Checklist<'a>) {
        let form = self.form;
        let attended = matches!(form.channel, Some(Channel::Counter | Channel::Workstation));
        list.by(CITY_RULE);
        list.text("bundleCode", &form.bundle_code).must(
            |code| self.pack.bundle(code).is_some(),
            |code| unknown(Text::new("没有这一模板", "is no bundle"), code),
        );
        list.value("channel", form.channel);
        list.text("intakeNodeCode", &form.intake_node_code).required_if(attended).must(
            |code| self.pack.node(code).is_some(),
            |code| unknown(Text::new("没有这一网点", "is no node"), code),
        );
        list.text("externalReference", &form.external_reference);
        list.bag("applicants", &form.applicants)
            .required()
            .each(|list, place, applicant| applicant.check(list, place == 0));
        self.agency(list);
        list.part("attendance", form.attendance.as_ref()).required_if(attended).inside(Attendance::check);
        self.documents(list);
        self.items(list);
        list.prose("remark", &form.remark).at_most(2000);
    }

    /// A party without seat in China acts through an agency, and an agency in pre-examination is a registered one.
    fn agency(self, list: &mut Checklist<'a>) {
        let foreign = self.form.applicants.iter().any(|party| party.kind == Some(PartyKind::ForeignParty));
        list.citing(
            "专利法第18条、商标法第18条 (Patent Law art. 18, Trademark Law art. 18)",
            |list| {
                list.part("agency", self.form.agency.as_ref()).required_if(foreign).inside(|list, agency| {
                    agency.check(list, self.any_service(concerns_patents));
                    if self.any_service(pre_examines) {
                        list.under(AcceptanceCheck::A02, |list| self.agency_registration(list));
                    }
                });
            },
        );
    }

    fn agency_registration(self, list: &mut Checklist<'a>) {
        if self.standing.agency_registered == Some(false) {
            let says = Text::new("未在保护中心登记", "is not registered with the centre");
            list.within("agencyCode", |list| list.defect(Finding::new(DefectCode::NotEligible, says)));
        }
    }

    fn any_service(self, holds: impl Fn(&Service) -> bool) -> bool {
        let codes = self.form.items.iter().filter_map(|item| item.service_code.as_deref());
        codes.filter_map(|code| self.pack.service(code)).any(holds)
    }
}

impl Agency {
    /// Only patent agencies have a code.
    fn check(&self, list: &mut Checklist<'_>, for_patents: bool) {
        list.text("agencyCode", &self.agency_code).required_if(for_patents).read(AgencyCode::parse);
        list.text("name", &self.name).required().at_most(200);
        list.bag("attorneys", &self.attorneys).each(|list, _, attorney| {
            list.text("name", &attorney.name).required().at_most(100);
            list.text("licenceNumber", &attorney.licence_number).required().at_most(40);
        });
    }
}

impl Attendance {
    fn check(list: &mut Checklist<'_>, attendance: &Self) {
        list.part("attendedBy", attendance.attended_by.as_ref()).required().inside(Attendee::check);
        list.value("capacity", attendance.capacity).required();
    }
}

impl Attendee {
    fn check(list: &mut Checklist<'_>, attendee: &Self) {
        list.text("name", &attendee.name).required().at_most(100);
        list.part("identifier", attendee.identifier.as_ref())
            .inside(|list, identifier| identifier.check(list, Some(PartyKind::NaturalPerson)));
    }
}

fn concerns_patents(service: &Service) -> bool {
    let is_patent =
        |kind: &RightKind| matches!(kind, RightKind::Invention | RightKind::UtilityModel | RightKind::Design);
    !service.right_kinds.is_empty() && service.right_kinds.iter().all(is_patent)
}

/// The services that the acceptance checks are for.
fn pre_examines(service: &Service) -> bool {
    service.particulars == ParticularsKind::PatentFiling
}

fn unknown(says: Text, code: &str) -> Finding {
    let allowed = Text::new("服务目录中的代码", "a code of the catalogue");
    Finding::new(DefectCode::UnknownCode, says).found(code).allowed(allowed)
}

const REPEATED: Finding = Finding::new(DefectCode::Duplicate, Text::new("重复", "is given twice"));

/// Keys stand in references and answers: plain characters only.
fn key(text: &str) -> Result<String, Fault> {
    let allowed = Text::new("字母、数字和 . _ -", "letters, digits and . _ -");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if text.bytes().all(plain) {
        Ok(text.to_owned())
    } else {
        Err(Fault { code: FaultCode::Format, allowed })
    }
}
