//! What a city pack says: the network, the services and the rules of one city. Pure data; the same shapes serve the
//! pack's TOML files and the API's answers.

use super::workflow::Workflow;
use crate::access::Role;
use crate::calendar::{CalendarYear, Limit, LimitTooLong, Unit};
use crate::decision::{FieldList, ServiceDomain, Table, Track};
use crate::language::Bilingual;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One version of a city's pack, whole and validated.
#[derive(Debug, Clone)]
pub struct Pack {
    pub city: City,
    pub nodes: Vec<Node>,
    pub queues: Vec<Queue>,
    pub fields: Vec<FieldList>,
    pub document_kinds: Vec<DocumentKind>,
    pub reasons: Vec<Reason>,
    pub services: Vec<Service>,
    pub workflows: Vec<Workflow>,
    pub routing: Vec<Table>,
    pub calendars: Vec<CalendarYear>,
    pub bundles: Vec<Bundle>,
}

/// `pack.toml`: who the city is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct City {
    /// The pack's code, one per city.
    #[schema(example = "NANTONG", max_length = 40)]
    pub code: String,
    pub name: Bilingual,
    /// IANA name of the zone whose dates the limits run on.
    #[schema(example = "Asia/Shanghai", max_length = 40)]
    pub zone: String,
    /// Fixed offset of that zone; a pack for a zone with summer time is refused.
    #[schema(example = "+08:00", max_length = 6)]
    pub utc_offset: String,
    /// GB/T 2260 code of the city.
    #[schema(example = "320600", max_length = 6)]
    pub division_code: String,
    /// GB/T 2260 codes that lie in the city, current and historic.
    #[schema(max_items = 200)]
    pub area: Vec<Division>,
    /// Letters that begin every case number.
    #[schema(example = "NT", max_length = 4)]
    pub number_prefix: String,
    /// Node that takes what no other rule places: portal and API filings, manual triage.
    #[schema(example = "NTIPC", max_length = 40)]
    pub centre_node: String,
    /// Queue for cases that no routing row takes.
    #[schema(example = "NTIPC-MANUAL", max_length = 60)]
    pub manual_queue: String,
}

/// A county, district or park of the city.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Division {
    #[schema(example = "320613", max_length = 6)]
    pub code: String,
    pub name: Bilingual,
    /// False for a code that is no longer given out but still stands in old identifiers.
    pub current: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NodeKind {
    ProtectionCentre,
    FastTrackCentre,
    Workstation,
    MarketRegulationOffice,
    Department,
}

/// An organisation of the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Node {
    #[schema(example = "NTIPC", max_length = 40)]
    pub code: String,
    pub kind: NodeKind,
    pub name: Bilingual,
    /// GB/T 2260 division the node serves; left out for one that serves the whole city.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(example = "320612", max_length = 6)]
    pub division_code: Option<String>,
    /// Roles that people of this node can hold.
    #[schema(max_items = 20)]
    pub staff_roles: Vec<Role>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub address: Option<Bilingual>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hours: Option<Bilingual>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(example = "0513-12345", max_length = 40)]
    pub telephone: Option<String>,
}

/// Where cases of one track at one node wait for staff.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Queue {
    #[schema(example = "NTIPC-PRE_EXAMINATION", max_length = 60)]
    pub code: String,
    #[serde(rename = "nodeCode")]
    #[schema(example = "NTIPC", max_length = 40)]
    pub node: String,
    /// Left out for the queue of manual triage, which takes every track.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub track: Option<Track>,
    pub name: Bilingual,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DocumentKind {
    #[schema(example = "CLAIMS", max_length = 60)]
    pub code: String,
    pub name: Bilingual,
    /// CNIPA's code of the same document, where it has one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(example = "100001", max_length = 10)]
    pub cnipa_code: Option<String>,
    /// Media types accepted for it.
    #[schema(max_items = 20, example = json!(["application/pdf"]))]
    pub media_types: Vec<String>,
}

/// A reason that a refusal or a re-route must name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reason {
    #[schema(example = "A04", max_length = 60)]
    pub code: String,
    pub name: Bilingual,
    /// Law and article, or the city's rule.
    #[schema(
        example = "专利申请预审业务管理办法（试行） (Measures on patent pre-examination)",
        max_length = 400
    )]
    pub basis: String,
    /// Actions that may give this reason.
    #[schema(max_items = 20, example = json!(["REFUSE"]))]
    pub actions: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PlatformRole {
    Decide,
    Precheck,
    Recommend,
    AcceptAndForward,
    Guide,
}

/// Which kind of right a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RightKind {
    Invention,
    UtilityModel,
    Design,
    Trademark,
    CopyrightWork,
    Software,
    GeographicalIndication,
    LayoutDesign,
    PlantVariety,
    TradeSecret,
    /// The request is about the applicant, not about a right (recordal, subsidy).
    None,
}

impl RightKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invention => "INVENTION",
            Self::UtilityModel => "UTILITY_MODEL",
            Self::Design => "DESIGN",
            Self::Trademark => "TRADEMARK",
            Self::CopyrightWork => "COPYRIGHT_WORK",
            Self::Software => "SOFTWARE",
            Self::GeographicalIndication => "GEOGRAPHICAL_INDICATION",
            Self::LayoutDesign => "LAYOUT_DESIGN",
            Self::PlantVariety => "PLANT_VARIETY",
            Self::TradeSecret => "TRADE_SECRET",
            Self::None => "NONE",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        const ALL: [RightKind; 11] = [
            RightKind::Invention,
            RightKind::UtilityModel,
            RightKind::Design,
            RightKind::Trademark,
            RightKind::CopyrightWork,
            RightKind::Software,
            RightKind::GeographicalIndication,
            RightKind::LayoutDesign,
            RightKind::PlantVariety,
            RightKind::TradeSecret,
            RightKind::None,
        ];
        ALL.into_iter().find(|kind| kind.as_str() == code)
    }
}

crate::store::text_column!(RightKind);

/// The shape of the particulars a service asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ParticularsKind {
    PatentFiling,
    PatentMatter,
    TrademarkMatter,
    CopyrightWork,
    Software,
    GeographicalIndication,
    LayoutDesign,
    Infringement,
    CustomsRecordal,
    Assistance,
    EntityRecordal,
    FilingGuidance,
    EvidenceDeposit,
    PledgeFinancing,
    SubsidyClaim,
}

/// 投诉 is a consumer's dispute, 举报 a right holder's report (Complaints and Reports Measures art. 15); most things
/// asked for are neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SubmissionKind {
    #[default]
    Request,
    Report,
    Complaint,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Requirement {
    Required,
    IfAny,
}

impl SubmissionKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Report => "REPORT",
            Self::Complaint => "COMPLAINT",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Request, Self::Report, Self::Complaint].into_iter().find(|kind| kind.as_str() == code)
    }
}

crate::store::text_column!(SubmissionKind);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequiredDocument {
    #[schema(example = "CLAIMS", max_length = 60)]
    pub kind: String,
    pub requirement: Requirement,
    /// Right kinds it is asked for; all of the service's when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 11)]
    pub right_kinds: Vec<RightKind>,
    #[schema(example = "专利法第二十七条 (Patent Law art. 27)", max_length = 400)]
    pub source: String,
}

/// What must hold of the applicant before the service can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Eligibility {
    /// Recorded (备案) with the centre and not suspended: acceptance check A01.
    RecordedEntity,
    /// Seated in the city.
    SeatedInArea,
    /// Not a natural person.
    Organisation,
}

/// A limit of a service: which clock, how long, and by what rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceLimit {
    /// The clock, as the workflow names it: `ACCEPTANCE`, `CORRECTION` …
    #[schema(example = "ACCEPTANCE", max_length = 40)]
    pub clock: String,
    #[schema(example = 2, minimum = 0, maximum = 240_000)]
    pub amount: u32,
    pub unit: Unit,
    /// Whether a last day that is a rest day moves to the next working day.
    #[serde(default = "yes")]
    pub roll: bool,
    /// Law and article, or `city rule` where no national figure exists.
    #[schema(example = "本市规则 (city rule)", max_length = 400)]
    pub source: String,
}

/// The public guide (办事指南) of a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Guide {
    pub basis: Bilingual,
    pub conditions: Bilingual,
    pub fee: Bilingual,
    pub statutory_limit: Bilingual,
    pub promised_limit: Bilingual,
    pub place: Bilingual,
    pub hours: Bilingual,
    #[schema(example = "0513-12345", max_length = 40)]
    pub telephone: String,
    #[schema(example = "12345", max_length = 40)]
    pub complaint_line: String,
    /// Names of the forms to hand in.
    #[schema(max_items = 20)]
    pub forms: Vec<Bilingual>,
}

/// One thing that can be asked for at the window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Service {
    #[serde(rename = "serviceCode")]
    #[schema(example = "PRE_EXAMINATION_DESIGN", max_length = 60)]
    pub code: String,
    pub name: Bilingual,
    #[schema(max_items = 11)]
    pub right_kinds: Vec<RightKind>,
    pub track: Track,
    /// Who decides: a node's code, or an outside authority (`CNIPA`, `CPCC`, `GACC` …).
    #[schema(example = "CNIPA", max_length = 40)]
    pub authority: String,
    pub platform_role: PlatformRole,
    #[serde(default)]
    pub submission_kind: SubmissionKind,
    pub particulars: ParticularsKind,
    /// Names of particulars that this service needs beyond those its kind always needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 60, example = json!(["inventionTitle"]))]
    pub requires: Vec<String>,
    #[schema(example = "intake", max_length = 60)]
    pub workflow: String,
    #[schema(max_items = 40)]
    pub documents: Vec<RequiredDocument>,
    #[schema(max_items = 20)]
    pub limits: Vec<ServiceLimit>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    pub eligibility: Vec<Eligibility>,
    pub guide: Guide,
}

/// A named template of several items (一件事).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bundle {
    #[schema(example = "PATTERN_PROTECTION", max_length = 60)]
    pub code: String,
    pub name: Bilingual,
    pub summary: Bilingual,
    #[schema(max_items = 20)]
    pub items: Vec<BundleItem>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BundleItem {
    #[schema(example = "design", max_length = 40)]
    pub item_key: String,
    /// One of these services; more than one means the applicant chooses.
    #[schema(max_items = 10, example = json!(["PRE_EXAMINATION_DESIGN"]))]
    pub services: Vec<String>,
    /// Keys of items whose outcome this one waits for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20, example = json!(["deposit"]))]
    pub depends_on: Vec<String>,
    #[serde(default)]
    pub optional: bool,
}

fn yes() -> bool {
    true
}

impl ServiceLimit {
    pub fn limit(&self) -> Result<Limit, LimitTooLong> {
        Limit::new(self.amount, self.unit, self.roll)
    }
}

impl Service {
    pub fn limit(&self, clock: &str) -> Option<&ServiceLimit> {
        self.limits.iter().find(|limit| limit.clock == clock)
    }
}

impl City {
    /// The current or historic division of the city with this code.
    pub fn division(&self, code: &str) -> Option<&Division> {
        self.area.iter().find(|division| division.code == code)
    }

    /// Whether a division code lies in the city: its own code or one of its area.
    pub fn contains(&self, code: &str) -> bool {
        code == self.division_code || self.division(code).is_some()
    }
}

impl Pack {
    pub fn service(&self, code: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.code == code)
    }
    pub fn node(&self, code: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.code == code)
    }
    pub fn queue(&self, code: &str) -> Option<&Queue> {
        self.queues.iter().find(|queue| queue.code == code)
    }
    pub fn bundle(&self, code: &str) -> Option<&Bundle> {
        self.bundles.iter().find(|bundle| bundle.code == code)
    }
    pub fn workflow(&self, code: &str) -> Option<&Workflow> {
        self.workflows.iter().find(|workflow| workflow.code == code)
    }
    pub fn document_kind(&self, code: &str) -> Option<&DocumentKind> {
        self.document_kinds.iter().find(|kind| kind.code == code)
    }
    pub fn reason(&self, code: &str, action: &str) -> Option<&Reason> {
        self.reasons.iter().find(|reason| reason.code == code && reason.actions.iter().any(|a| a == action))
    }

    /// Which facts the items of each service can have, for the analysis of routing tables.
    pub fn service_domains(&self) -> Vec<ServiceDomain> {
        super::domains::domains(&self.services)
    }

    /// Codes of the clocks that the timer acts on when they run out.
    pub fn timed_clocks(&self) -> Vec<String> {
        let clocks = self.workflows.iter().flat_map(|workflow| &workflow.clocks);
        clocks.filter(|clock| clock.when_overdue.is_some()).map(|clock| clock.code.clone()).collect()
    }

    /// The routing table in force on a date: the latest that has begun and not ended.
    pub fn table_on(&self, date: NaiveDate) -> Option<&Table> {
        self.routing
            .iter()
            .filter(|table| table.effective_from <= date && table.effective_to.is_none_or(|end| date <= end))
            .max_by_key(|table| (table.effective_from, table.version))
    }
}
