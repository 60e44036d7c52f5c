//! A geographical indication: use of the special sign (地理标志专用标志), or a collective or certification mark for it.

use super::parts::{GoodsServices, NamedParty};
use super::{ItemContext, Matter};
use crate::forms::checklist::Checklist;
use crate::forms::party::Address;
use crate::identifiers::{GeographicalIndication as Number, GeographicalIndicationScheme};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The indication, the product that bears it and who makes or guards it.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::struct_field_names, reason = "names of WIPO ST.97")]
pub struct GeographicalIndication {
    #[schema(max_length = 400, example = "海门山羊")]
    pub geographical_indication_name: Option<String>,
    pub protection_category: Option<ProtectionCategory>,
    /// Number in the series of its protection: announcement, mark or certificate.
    #[schema(max_length = 60, example = "2024年第500号")]
    pub protection_number: Option<String>,
    #[schema(max_length = 400, example = "冷鲜山羊肉")]
    pub product_name: Option<String>,
    /// Who asks to use the sign; a USCC is shown on the sign.
    pub producer: Option<NamedParty>,
    /// Where the product is made.
    pub origin_place: Option<Address>,
    #[schema(max_length = 200, example = "GB/T 19630-2019")]
    pub standard_number: Option<String>,
    /// The area within which the indication may be used.
    #[schema(max_length = 8000, example = "南通市海门区现辖行政区域")]
    pub area_definition_text: Option<String>,
    #[schema(max_length = 8000, example = "使用管理规则全文见附件")]
    pub usage_rules_text: Option<String>,
    /// How quality or fame comes from the place.
    #[schema(max_length = 8000, example = "沿江沙质土壤和气候形成肉质细嫩的特点")]
    pub quality_link_text: Option<String>,
    #[schema(max_length = 4000, example = "委托具有资质的检验机构")]
    pub test_capacity_text: Option<String>,
    /// The people's government that authorises the application.
    #[schema(max_length = 400, example = "南通市海门区人民政府")]
    pub authorising_body_name: Option<String>,
    #[schema(max_items = 45)]
    pub goods_services_bag: Vec<GoodsServices>,
}

/// How the indication is protected, which says what its number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProtectionCategory {
    /// 地理标志产品公告.
    Announcement,
    CollectiveMark,
    CertificationMark,
    /// 农产品地理标志.
    AgriculturalProduct,
}

impl ProtectionCategory {
    const fn scheme(self) -> GeographicalIndicationScheme {
        match self {
            Self::Announcement => GeographicalIndicationScheme::Announcement,
            Self::CollectiveMark => GeographicalIndicationScheme::CollectiveMark,
            Self::CertificationMark => GeographicalIndicationScheme::CertificationMark,
            Self::AgriculturalProduct => GeographicalIndicationScheme::AgriculturalProduct,
        }
    }
}

const BASIS: &str = "地理标志产品保护办法；集体商标、证明商标注册和管理规定 \
     (Measures for GI products; Provisions on collective and certification marks)";

impl Matter for GeographicalIndication {
    fn check(&self, _: &ItemContext<'_>, list: &mut Checklist<'_>) {
        list.by(BASIS);
        list.text("geographicalIndicationName", &self.geographical_indication_name).required().at_most(200);
        let protection = list.value("protectionCategory", self.protection_category).required().value();
        let number = list.text("protectionNumber", &self.protection_number);
        if let Some(protection) = protection {
            number.read(|number| Number::new(protection.scheme(), number));
        }
        list.text("productName", &self.product_name).required().at_most(200);
        list.part("producer", self.producer.as_ref()).inside(|list, producer| producer.check(list));
        list.part("originPlace", self.origin_place.as_ref()).inside(|list, place| place.check(list, true));
        list.text("standardNumber", &self.standard_number).at_most(100);
        list.prose("areaDefinitionText", &self.area_definition_text).at_most(4000);
        list.prose("usageRulesText", &self.usage_rules_text).at_most(4000);
        list.prose("qualityLinkText", &self.quality_link_text).at_most(4000);
        list.prose("testCapacityText", &self.test_capacity_text).at_most(2000);
        list.text("authorisingBodyName", &self.authorising_body_name).at_most(200);
        list.bag("goodsServicesBag", &self.goods_services_bag).each(|list, _, goods| goods.check(list));
    }

    fn title(&self) -> Option<&str> {
        self.geographical_indication_name.as_deref()
    }

    fn right_number(&self) -> Option<&str> {
        self.protection_number.as_deref()
    }
}
