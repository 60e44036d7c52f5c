//! The items: each asks for a service that exists, for a right it is meant for, by somebody who may ask, with its documents
//! and particulars, and waits only for what can come.

use super::{Desk, REPEATED, key, pre_examines, unknown};
use crate::catalogue::{Bundle, BundleItem, Eligibility, Requirement, RightKind, Service};
use crate::forms::acceptance::AcceptanceCheck;
use crate::forms::checklist::{CITY_RULE, Checklist, Finding};
use crate::forms::defect::DefectCode;
use crate::forms::form::Item;
use crate::forms::particulars::ItemContext;
use crate::forms::standing::RecordalState;
use crate::language::{Bilingual, Text};

/// Kind of document that an agency's acting makes necessary wherever a service knows it.
const POWER_OF_ATTORNEY: &str = "POWER_OF_ATTORNEY";

impl<'a> Desk<'a> {
    pub(super) fn items(self, list: &mut Checklist<'a>) {
        let bundle = self.form.bundle_code.as_deref().and_then(|code| self.pack.bundle(code));
        list.bag("items", &self.form.items).required_if(bundle.is_none());
        list.within("items", |list| {
            for wanted in bundle.map(|bundle| bundle.items.as_slice()).unwrap_or_default() {
                self.template_item(list, wanted);
            }
            for (place, item) in self.form.items.iter().enumerate() {
                list.within(place, |list| self.item(list, place, item, bundle));
            }
        });
    }

    fn template_item(self, list: &mut Checklist<'a>, wanted: &BundleItem) {
        if !wanted.optional && self.item_of(&wanted.item_key).is_none() {
            let allowed = format!("{}: {}", wanted.item_key, wanted.services.join(" / "));
            let says = Text::new("缺少模板要求的一项", "lacks one that the bundle asks for");
            list.defect(
                Finding::new(DefectCode::Required, says).allowed(Bilingual::new(allowed.clone(), allowed)),
            );
        }
    }

    fn item(self, list: &mut Checklist<'a>, place: usize, item: &'a Item, bundle: Option<&'a Bundle>) {
        let earlier = &self.form.items[..place];
        let template = bundle.map(|bundle| bundle.items.iter().find(|wanted| is_of(item, wanted)));
        list.text("itemKey", &item.item_key)
            .required()
            .read(key)
            .must(
                |key| !earlier.iter().any(|other| other.item_key.as_ref() == Some(key)),
                |key| REPEATED.found(key),
            )
            .must(|_| !matches!(template, Some(None)), |key| FOREIGN_TO_BUNDLE.found(key));
        let template = template.flatten();
        let service = self.service(list, place, item, template);
        let right_kind = service.and_then(|service| right_kind(list, item, service));
        if let Some(service) = service {
            list.within("particulars", |list| self.particulars(list, item, service, right_kind));
        }
        list.within("documentKeys", |list| {
            self.document_keys(list, item);
            if let Some(service) = service {
                self.missing_documents(list, item, service, right_kind);
            }
        });
        list.within("dependsOn", |list| self.dependencies(list, item, template));
        list.text("externalReference", &item.external_reference).must(
            |reference| !earlier.iter().any(|other| other.external_reference.as_deref() == Some(*reference)),
            |reference| REPEATED.found(reference),
        );
    }

    /// The service asked for, if it exists and the bundle, where there is one, has it in that place.
    fn service(
        self,
        list: &mut Checklist<'a>,
        place: usize,
        item: &Item,
        template: Option<&BundleItem>,
    ) -> Option<&'a Service> {
        let code = list
            .text("serviceCode", &item.service_code)
            .required()
            .must(
                |code| self.pack.service(code).is_some(),
                |code| unknown(Text::new("没有这一服务事项", "is no service"), code),
            )
            .must(
                |code| {
                    template.is_none_or(|template| template.services.iter().any(|allowed| allowed == code))
                },
                |code| {
                    let allowed = template.map(|template| template.services.join(", ")).unwrap_or_default();
                    Finding::new(DefectCode::NotAllowed, Text::new("与模板不符", "does not fit the bundle"))
                        .found(code)
                        .allowed(Bilingual::new(allowed.clone(), allowed))
                },
            )
            .value()?;
        let service = self.pack.service(code)?;
        list.within("serviceCode", |list| self.eligibility(list, place, service));
        Some(service)
    }

    fn eligibility(self, list: &mut Checklist<'a>, place: usize, service: &Service) {
        for condition in &service.eligibility {
            let bar = match condition {
                Eligibility::RecordedEntity => self.recordal_bar(place),
                Eligibility::SeatedInArea => self.seat_bar(),
                Eligibility::Organisation => self.person_bar(),
            };
            let Some(says) = bar else { continue };
            let tell = |list: &mut Checklist<'a>| list.defect(Finding::new(DefectCode::NotEligible, says));
            if pre_examines(service) {
                list.under(AcceptanceCheck::A01, tell);
            } else {
                list.citing(CITY_RULE, tell);
            }
        }
    }

    /// The enterprise is recorded and has quota left for this application and those before it in the form.
    fn recordal_bar(self, place: usize) -> Option<Text> {
        let asks = |item: &&Item| {
            let service = item.service_code.as_deref().and_then(|code| self.pack.service(code));
            service.is_some_and(|service| service.eligibility.contains(&Eligibility::RecordedEntity))
        };
        let asked = self.form.items[..=place].iter().filter(asks).count();
        let within_quota =
            self.standing.quota_left.is_none_or(|left| usize::try_from(left).is_ok_and(|left| asked <= left));
        match self.standing.recordal {
            Some(RecordalState::Recorded) if within_quota => None,
            Some(RecordalState::Recorded) => {
                Some(Text::new("：申请人本年度预审额度已用尽", "is closed: the applicant's quota is used up"))
            }
            Some(RecordalState::Suspended) => {
                Some(Text::new("：申请人的备案已暂停", "is closed: the applicant's recordal is suspended"))
            }
            Some(RecordalState::Pending) => Some(Text::new(
                "：申请人的备案尚未完成",
                "is closed: the applicant's recordal is not finished",
            )),
            Some(RecordalState::Ended) | None => {
                Some(Text::new("：申请人未备案", "is closed: the applicant is not recorded"))
            }
        }
    }

    /// The lead's seat, on record or else in the form, lies in the city. Nothing is said while it is unknown.
    fn seat_bar(self) -> Option<Text> {
        let in_form = || self.form.lead()?.address.as_ref()?.division_code.as_deref();
        let seat = self.standing.seat.as_deref().or_else(in_form)?;
        let outside = Text::new("：申请人不在本市", "is closed: the applicant is seated outside the area");
        (!self.pack.city.contains(seat)).then_some(outside)
    }

    fn person_bar(self) -> Option<Text> {
        let person = Text::new("：不面向自然人", "is closed: the applicant is a natural person");
        (!self.form.lead()?.kind?.is_organisation()).then_some(person)
    }

    fn particulars(
        self,
        list: &mut Checklist<'a>,
        item: &'a Item,
        service: &'a Service,
        right_kind: Option<RightKind>,
    ) {
        match &item.particulars {
            Some(particulars) if particulars.kind() == service.particulars => {
                let context = ItemContext {
                    right_kind,
                    applicants: &self.form.applicants,
                    document_keys: &item.document_keys,
                };
                list.wanting(&service.requires);
                particulars.check(&context, list);
            }
            Some(_) => list.defect(Finding::new(
                DefectCode::Kind,
                Text::new("属于另一服务事项", "belong to another service"),
            )),
            None => list.defect(Finding::new(DefectCode::Required, Text::new("未填写", "are missing"))),
        }
    }

    fn document_keys(self, list: &mut Checklist<'a>, item: &Item) {
        for (place, key) in item.document_keys.iter().enumerate() {
            list.within(place, |list| {
                if self.form.document(key).is_none() {
                    list.defect(LOST.found(key));
                } else if item.document_keys[..place].contains(key) {
                    list.defect(REPEATED.found(key));
                }
            });
        }
    }

    /// Documents that the service asks for, for this kind of right, and that the item does not name.
    fn missing_documents(
        self,
        list: &mut Checklist<'a>,
        item: &Item,
        service: &'a Service,
        right_kind: Option<RightKind>,
    ) {
        let pool = item.document_keys.iter().filter_map(|key| self.form.document(key));
        let handed_in: Vec<&str> = pool.filter_map(|document| document.kind.as_deref()).collect();
        for document in &service.documents {
            let for_this_right = document.right_kinds.is_empty()
                || right_kind.is_some_and(|kind| document.right_kinds.contains(&kind));
            let by_agency = document.kind == POWER_OF_ATTORNEY && self.form.agency.is_some();
            let needed = document.requirement == Requirement::Required || by_agency;
            if needed && for_this_right && !handed_in.contains(&document.kind.as_str()) {
                let name =
                    self.pack.document_kind(&document.kind).map(|kind| kind.name.clone()).unwrap_or_default();
                let allowed = Bilingual::new(
                    format!("{}（{}）", name.zh, document.kind),
                    format!("{} ({})", name.en, document.kind),
                );
                let tell = |list: &mut Checklist<'a>| {
                    list.by(&document.source);
                    list.defect(LACKING.allowed(allowed));
                };
                if pre_examines(service) {
                    list.under(AcceptanceCheck::A08, tell);
                } else {
                    list.citing(&document.source, tell);
                }
            }
        }
    }

    /// An item waits for items of the same form, never in a circle, and for all that the bundle makes it wait for.
    fn dependencies(self, list: &mut Checklist<'a>, item: &Item, template: Option<&BundleItem>) {
        for (place, key) in item.depends_on.iter().enumerate() {
            if self.item_of(key).is_none() {
                let says = Text::new("没有这一项", "is no item of this form");
                list.within(place, |list| list.defect(Finding::new(DefectCode::Dependency, says).found(key)));
            }
        }
        if self.waits_for_itself(item) {
            list.defect(Finding::new(DefectCode::Dependency, Text::new("形成循环", "go round in a circle")));
        }
        let by_template = template.map(|template| template.depends_on.as_slice()).unwrap_or_default();
        for key in
            by_template.iter().filter(|key| self.item_of(key).is_some() && !item.depends_on.contains(key))
        {
            let says = Text::new("缺少模板规定的先后关系", "lack one that the bundle sets");
            list.defect(
                Finding::new(DefectCode::Dependency, says)
                    .allowed(Bilingual::new(key.as_str(), key.as_str())),
            );
        }
    }

    fn item_of(self, key: &str) -> Option<&'a Item> {
        self.form.items.iter().find(|item| item.item_key.as_deref() == Some(key))
    }

    fn waits_for_itself(self, item: &'a Item) -> bool {
        let mut reached: Vec<&str> = Vec::new();
        let mut ahead: Vec<&str> = item.depends_on.iter().map(String::as_str).collect();
        while let Some(key) = ahead.pop() {
            if !reached.contains(&key) {
                reached.push(key);
                let next = self.item_of(key).map(|next| next.depends_on.as_slice()).unwrap_or_default();
                ahead.extend(next.iter().map(String::as_str));
            }
        }
        item.item_key.as_deref().is_some_and(|key| reached.contains(&key))
    }
}

const LOST: Finding =
    Finding::new(DefectCode::UnknownCode, Text::new("不在材料清单中", "is not in the pool of documents"));
const FOREIGN_TO_BUNDLE: Finding =
    Finding::new(DefectCode::NotAllowed, Text::new("不属于该模板", "is no item of the bundle"));
const LACKING: Finding =
    Finding::new(DefectCode::DocumentMissing, Text::new("缺少必需的材料", "lack a document that is needed"));

fn is_of(item: &Item, wanted: &BundleItem) -> bool {
    item.item_key.as_ref() == Some(&wanted.item_key)
}

/// The kind of right: one that the service is for; it may be left out where there is only one.
fn right_kind(list: &mut Checklist<'_>, item: &Item, service: &Service) -> Option<RightKind> {
    list.value("rightKind", item.right_kind_for(service))
        .required_if(!service.right_kinds.is_empty())
        .must(
            |kind| service.right_kinds.is_empty() || service.right_kinds.contains(kind),
            |kind| {
                let name = |kind: &RightKind| serde_json::json!(kind).as_str().unwrap_or_default().to_owned();
                let allowed = service.right_kinds.iter().map(name).collect::<Vec<_>>().join(", ");
                Finding::new(DefectCode::Kind, Text::new("与服务事项不符", "does not fit the service"))
                    .found(name(kind))
                    .allowed(Bilingual::new(allowed.clone(), allowed))
            },
        )
        .value()
}
