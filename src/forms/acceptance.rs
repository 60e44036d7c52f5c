//! The acceptance checks of pre-examination (预审受理审查), by the codes that notices give.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// 国知办发办字〔2023〕25号: the national basis of pre-examination; the single conditions are each centre's own rule.
const MEASURES: &str =
    "专利申请预审业务管理办法（试行）及本市规则 (Measures for patent pre-examination, city rule)";

/// One of the conditions on which an application is taken into pre-examination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum AcceptanceCheck {
    /// 备案有效且未暂停，额度未用尽: recorded, not suspended, quota left.
    A01,
    /// 代理机构已登记并有委托书: agency registered, power of attorney.
    A02,
    /// 尚未提交的新申请: a new application, not yet filed.
    A03,
    /// 主分类号在服务领域内: main class in the centre's field.
    A04,
    /// 非 PCT、非分案申请: not a PCT or divisional application.
    A05,
    /// 非同日申请: no second application of the same day.
    A06,
    /// 不涉密、不要求优先权: no secrecy, no priority claim.
    A07,
    /// 文件齐全并为 XML 格式: documents complete, as an XML package.
    A08,
    /// 服务申请表和承诺书已签章: service form and commitment letter signed.
    A09,
    /// 非正常申请筛查: screen for abnormal filing.
    A10,
    /// 共同申请和高校合作证明: proof of joint development or co-operation.
    A11,
    /// 提前公布、实质审查、放弃主动修改: publication, examination, no amendment.
    A12,
    /// 自检表: self-check form.
    A13,
}

impl AcceptanceCheck {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A01 => "A01",
            Self::A02 => "A02",
            Self::A03 => "A03",
            Self::A04 => "A04",
            Self::A05 => "A05",
            Self::A06 => "A06",
            Self::A07 => "A07",
            Self::A08 => "A08",
            Self::A09 => "A09",
            Self::A10 => "A10",
            Self::A11 => "A11",
            Self::A12 => "A12",
            Self::A13 => "A13",
        }
    }

    /// The rule behind it.
    pub const fn source(self) -> &'static str {
        match self {
            Self::A05 => "专利法第19条、本市规则 (Patent Law art. 19, city rule)",
            Self::A06 => "专利法第9条、本市规则 (Patent Law art. 9, city rule)",
            Self::A07 => "专利法第4、29条、本市规则 (Patent Law arts 4, 29, city rule)",
            Self::A10 => "规范申请专利行为的规定（国家知识产权局令第77号） (CNIPA Order 77)",
            _ => MEASURES,
        }
    }
}
