//! A deposit of electronic evidence (电子存证): what the depositor knows of the object. Time stamp, chain receipt and
//! notary's certificate come later, from others.

use super::parts::right_number;
use super::{ItemContext, Matter};
use crate::forms::checklist::{Checklist, Finding};
use crate::forms::defect::DefectCode;
use crate::forms::party::Address;
use crate::identifiers::{Fault, FaultCode, Sha256Hex};
use crate::language::Text;
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An object, its digest and how it was captured.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct EvidenceDeposit {
    pub object_category: Option<ObjectCategory>,
    #[schema(max_length = 400, example = "网店销售页面")]
    pub object_name: Option<String>,
    /// Number of the right that it concerns.
    #[schema(max_length = 60, example = "ZL202430112233.5")]
    pub right_number: Option<String>,
    /// Number of the case at the window that it concerns.
    #[schema(max_length = 60, example = "NT2026-C000123-C")]
    pub case_number: Option<String>,
    pub hash_algorithm_category: Option<HashAlgorithm>,
    /// Digest of the object, hexadecimal.
    #[schema(max_length = 100, example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    pub hash_text: Option<String>,
    #[schema(max_length = 400, example = "capture.zip")]
    pub file_name: Option<String>,
    /// Bytes.
    #[schema(example = 1_048_576, minimum = -9_007_199_254_740_991_i64, maximum = 9_007_199_254_740_991_i64)]
    pub file_size_quantity: Option<i64>,
    #[schema(max_length = 200, example = "application/zip")]
    pub mime_type_identifier: Option<String>,
    #[schema(max_length = 2000, example = "浏览器全页截屏并录屏")]
    pub capture_method_text: Option<String>,
    #[schema(max_length = 400, example = "公证处取证终端03号")]
    pub capture_device_text: Option<String>,
    /// Network address of the capturing device.
    #[schema(max_length = 60, example = "203.0.113.7")]
    pub network_address_text: Option<String>,
    #[schema(max_length = 2000, example = "https://shop.example.com/item/123")]
    pub source_uri: Option<String>,
    pub capture_place: Option<Address>,
    /// RFC 3339 with offset.
    #[schema(max_length = 40, example = "2026-03-01T09:30:00+08:00")]
    pub capture_start_date_time: Option<String>,
    #[schema(max_length = 40, example = "2026-03-01T09:42:10+08:00")]
    pub capture_end_date_time: Option<String>,
    /// The device was checked for cleanness before the capture.
    #[schema(example = true)]
    pub clean_environment_indicator: Option<bool>,
    #[schema(max_length = 20000, example = "09:28 重启；09:29 查杀病毒，无异常；09:30 校时。")]
    pub clean_environment_log_text: Option<String>,
    #[schema(max_length = 4000, example = "用于外观设计专利侵权纠纷")]
    pub purpose_text: Option<String>,
    #[schema(example = false)]
    pub notary_request_indicator: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ObjectCategory {
    File,
    WebPage,
    Recording,
    Purchase,
    Photo,
}

/// Both give 256 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum HashAlgorithm {
    #[serde(rename = "SHA_256")]
    Sha256,
    #[serde(rename = "SM3")]
    Sm3,
}

impl Matter for EvidenceDeposit {
    fn check(&self, context: &ItemContext<'_>, list: &mut Checklist<'_>) {
        list.by("人民法院在线诉讼规则第16至18条 (Online Litigation Rules arts 16-18)");
        list.value("objectCategory", self.object_category).required();
        list.text("objectName", &self.object_name).required().at_most(200);
        right_number(list.text("rightNumber", &self.right_number), context.right_kind);
        list.text("caseNumber", &self.case_number).at_most(60);
        list.value("hashAlgorithmCategory", self.hash_algorithm_category).required();
        list.text("hashText", &self.hash_text).required().read(Sha256Hex::parse);
        list.text("fileName", &self.file_name).required().at_most(200);
        list.value("fileSizeQuantity", self.file_size_quantity).required().must(
            |size| *size > 0,
            |size| Finding::new(DefectCode::Range, Text::new("须大于 0", "must be more than 0")).found(size),
        );
        list.text("mimeTypeIdentifier", &self.mime_type_identifier).at_most(100);
        list.prose("captureMethodText", &self.capture_method_text).required().at_most(1000);
        list.text("captureDeviceText", &self.capture_device_text).at_most(200);
        list.text("networkAddressText", &self.network_address_text).at_most(45);
        list.text("sourceUri", &self.source_uri).at_most(2000);
        list.part("capturePlace", self.capture_place.as_ref()).inside(|list, place| place.check(list, false));
        let start =
            list.text("captureStartDateTime", &self.capture_start_date_time).required().read(moment).value();
        list.text("captureEndDateTime", &self.capture_end_date_time).required().read(moment).must(
            |end| start.is_none_or(|start| start <= *end),
            |end| {
                Finding::new(DefectCode::Conflict, Text::new("早于开始时间", "is earlier than the start"))
                    .found(end)
            },
        );
        list.value("cleanEnvironmentIndicator", self.clean_environment_indicator);
        list.prose("cleanEnvironmentLogText", &self.clean_environment_log_text).at_most(10_000);
        list.prose("purposeText", &self.purpose_text).at_most(2000);
        list.value("notaryRequestIndicator", self.notary_request_indicator);
    }

    fn title(&self) -> Option<&str> {
        self.object_name.as_deref()
    }

    fn right_number(&self) -> Option<&str> {
        self.right_number.as_deref()
    }
}

/// RFC 3339 with offset.
fn moment(text: &str) -> Result<DateTime<FixedOffset>, Fault> {
    let allowed =
        Text::new("存在的时刻，如 2026-03-01T09:30:00+08:00", "a moment, such as 2026-03-01T09:30:00+08:00");
    DateTime::parse_from_rfc3339(text).map_err(|_| Fault { code: FaultCode::Date, allowed })
}
