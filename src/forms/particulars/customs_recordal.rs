//! Recordal of a right with the customs (知识产权海关备案): the data of art. 7 of the Customs Regulations.

use super::parts::{Amount, NamedParty, right_number};
use super::{ItemContext, Matter};
use crate::forms::checklist::Checklist;
use crate::language::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Holder, right, licences, lawful goods and known infringing goods.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CustomsRecordal {
    #[schema(max_items = 50)]
    pub right_holder_bag: Vec<NamedParty>,
    #[schema(max_length = 60, example = "12345678")]
    pub right_number: Option<String>,
    #[schema(max_length = 400, example = "知慧通")]
    pub right_title: Option<String>,
    #[schema(max_length = 40, example = "2018-03-14")]
    pub grant_date: Option<String>,
    /// Last day of the right.
    #[schema(max_length = 40, example = "2028-03-13")]
    pub expiry_date: Option<String>,
    #[schema(max_items = 100)]
    pub licence_bag: Vec<Licence>,
    #[schema(max_items = 200)]
    pub lawful_goods_bag: Vec<TradedGoods>,
    #[schema(max_items = 200)]
    pub infringing_goods_bag: Vec<TradedGoods>,
}

/// A licence that is in use.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Licence {
    pub licensee: Option<NamedParty>,
    #[schema(max_length = 2000, example = "普通许可；第24类床上用品；中国大陆")]
    pub scope_text: Option<String>,
    #[schema(max_length = 40, example = "2025-01-01")]
    pub start_date: Option<String>,
    #[schema(max_length = 40, example = "2027-12-31")]
    pub end_date: Option<String>,
}

/// Goods that cross the border: lawfully, or as far as is known unlawfully.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TradedGoods {
    #[schema(max_length = 400, example = "全棉四件套")]
    pub goods_name: Option<String>,
    #[schema(max_length = 400, example = "江苏南通")]
    pub origin_place_name: Option<String>,
    #[schema(max_length = 400, example = "南通示例纺织有限公司")]
    pub manufacturer_name: Option<String>,
    #[schema(max_length = 400, example = "南通示例进出口有限公司")]
    pub trader_name: Option<String>,
    /// Customs office of entry or exit.
    #[schema(max_length = 400, example = "南通海关")]
    pub customs_office_name: Option<String>,
    #[schema(max_length = 2000, example = "吊牌左上角印有注册商标")]
    pub feature_text: Option<String>,
    pub unit_price_amount: Option<Amount>,
}

impl Matter for CustomsRecordal {
    fn check(&self, context: &ItemContext<'_>, list: &mut Checklist<'_>) {
        list.by("知识产权海关保护条例第7条 (Customs Regulations art. 7)");
        list.bag("rightHolderBag", &self.right_holder_bag)
            .required()
            .each(|list, _, holder| holder.check(list));
        right_number(list.text("rightNumber", &self.right_number).required(), context.right_kind);
        list.text("rightTitle", &self.right_title).required().at_most(200);
        let today = list.today();
        let granted = list.date("grantDate", &self.grant_date).not_future().value();
        let after = granted.max(Some(today));
        list.date("expiryDate", &self.expiry_date)
            .required()
            .not_before(after, Text::new("：权利已届满", "shows that the right has ended"));
        list.bag("licenceBag", &self.licence_bag).each(|list, _, licence| licence.check(list));
        list.bag("lawfulGoodsBag", &self.lawful_goods_bag)
            .required()
            .each(|list, _, goods| goods.check(list));
        list.bag("infringingGoodsBag", &self.infringing_goods_bag).each(|list, _, goods| goods.check(list));
    }

    fn title(&self) -> Option<&str> {
        self.right_title.as_deref()
    }

    fn right_number(&self) -> Option<&str> {
        self.right_number.as_deref()
    }
}

impl Licence {
    fn check(&self, list: &mut Checklist<'_>) {
        list.part("licensee", self.licensee.as_ref())
            .required()
            .inside(|list, licensee| licensee.check(list));
        list.prose("scopeText", &self.scope_text).required().at_most(1000);
        let start = list.date("startDate", &self.start_date).value();
        list.date("endDate", &self.end_date)
            .not_before(start, Text::new("早于起始日", "is earlier than the start"));
    }
}

impl TradedGoods {
    fn check(&self, list: &mut Checklist<'_>) {
        list.text("goodsName", &self.goods_name).required().at_most(200);
        list.text("originPlaceName", &self.origin_place_name).at_most(200);
        list.text("manufacturerName", &self.manufacturer_name).at_most(200);
        list.text("traderName", &self.trader_name).at_most(200);
        list.text("customsOfficeName", &self.customs_office_name).at_most(200);
        list.prose("featureText", &self.feature_text).at_most(1000);
        list.part("unitPriceAmount", self.unit_price_amount.as_ref())
            .inside(|list, amount| amount.check(list));
    }
}
