//! Every refusal the program can give: one table of codes, and the body that carries one (RFC 9457 with the members
//! of WIPO ST.90). A use case names the code; the edge writes it in the caller's language.

use crate::language::{Bilingual, Language, Text};
use serde::Serialize;
use utoipa::ToSchema;

macro_rules! codes {
    ($($variant:ident $code:literal $slug:literal $status:literal $zh:literal $en:literal $page:literal;)+) => {
        /// A kind of refusal. Codes are never reused for another cause.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $(#[doc = $en] $variant,)+ }

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            pub fn as_str(self) -> &'static str { match self { $(Self::$variant => $code,)+ } }
            /// Last part of the address of this code's page.
            pub fn slug(self) -> &'static str { match self { $(Self::$variant => $slug,)+ } }
            pub fn status(self) -> u16 { match self { $(Self::$variant => $status,)+ } }
            pub fn title(self) -> Text { match self { $(Self::$variant => Text::new($zh, $en),)+ } }
            /// What to do about it, for the code's page.
            pub fn advice(self) -> &'static str { match self { $(Self::$variant => $page,)+ } }
        }
    };
}

codes! {
    InvalidValue "INVALID_VALUE" "invalid-value" 400 "有值不符合要求" "A value is not acceptable" "details[] lists every fault at once, each with a JSON pointer, what was found and what is allowed. Correct them all and send again; nothing was stored.";
    Incomplete "INCOMPLETE" "incomplete" 400 "材料或信息不齐全" "The submission is not complete" "details[] is the one-time notification (一次性告知): every missing or faulty item with its legal source. The draft is unchanged; complete it and submit again.";
    MalformedJson "MALFORMED_JSON" "malformed-json" 400 "请求体不是有效的 JSON" "The body is not valid JSON" "The body must be one JSON value in UTF-8, at most 32 levels deep, without duplicate keys.";
    KeyMissing "IDEMPOTENCY_KEY_MISSING" "idempotency-key-missing" 400 "缺少 Idempotency-Key 请求头" "The Idempotency-Key header is missing" "Every POST that creates or acts names an Idempotency-Key of 1 to 255 printable characters, so that it can be sent again safely.";
    UnknownParameter "UNKNOWN_PARAMETER" "unknown-parameter" 400 "存在未知的查询参数" "A query parameter is not known" "With Prefer: handling=strict unknown query parameters are refused; without it they are ignored.";
    Unauthenticated "UNAUTHENTICATED" "unauthenticated" 401 "请先登录" "Sign in first" "Send the session cookie of POST /api/v1/sessions or a bearer token of POST /oauth2/token.";
    BadCredentials "BAD_CREDENTIALS" "bad-credentials" 401 "用户名或密码不正确" "The user name or password is not right" "The same answer is given whether or not the account exists.";
    Forbidden "FORBIDDEN" "forbidden" 403 "无权执行此操作" "You may not do this" "You may know of the object, but none of your roles allows this action on it.";
    CrossSite "CROSS_SITE" "cross-site" 403 "拒绝跨站请求" "The request comes from another site" "A request that carries the session cookie must come from this site: its Origin header must match.";
    NotFound "NOT_FOUND" "not-found" 404 "未找到" "Not found" "It does not exist, or you may not know of it; the answer is the same.";
    MethodNotAllowed "METHOD_NOT_ALLOWED" "method-not-allowed" 405 "不支持该方法" "The method is not supported here" "The Allow header lists the methods of this path.";
    NotAcceptable "NOT_ACCEPTABLE" "not-acceptable" 406 "无法提供所要求的格式" "No acceptable format" "Answers are application/json, errors application/problem+json.";
    RequestTimeout "REQUEST_TIMEOUT" "request-timeout" 408 "请求体未在规定时间内送达" "The body did not arrive in time" "A body must arrive within ten seconds. Nothing was stored; send it again.";
    StateConflict "STATE_CONFLICT" "state-conflict" 409 "当前状态下不能执行此操作" "The current state does not allow this" "Load the object again: its allowedActions lists what can be done now.";
    NotClaimed "NOT_CLAIMED" "not-claimed" 409 "请先领取该案件" "Claim the case first" "The action is for whoever holds the case: claim it, or have it assigned.";
    AlreadyClaimed "ALREADY_CLAIMED" "already-claimed" 409 "该案件已被他人领取" "Somebody else holds the case" "Take another case, or have this one released or assigned.";
    Duplicate "DUPLICATE" "duplicate" 409 "已存在相同的记录" "Such a record exists already" "A unique value (for instance externalReference) is in use.";
    RequestInProgress "REQUEST_IN_PROGRESS" "request-in-progress" 409 "相同的请求仍在处理" "The same request is still being handled" "Another request with this Idempotency-Key has not ended. Wait and send it again.";
    Gone "GONE" "gone" 410 "该接口版本已停用" "This version has been retired" "Use the version that the service description names.";
    Stale "STALE" "stale" 412 "对象已被更改" "The object has changed" "Load it again, look at what changed, and send If-Match with its new ETag.";
    TooLarge "TOO_LARGE" "too-large" 413 "请求体过大" "The body is too large" "A JSON body has at most 256 KiB.";
    UnsupportedMediaType "UNSUPPORTED_MEDIA_TYPE" "unsupported-media-type" 415 "不支持的媒体类型" "The media type is not supported" "Send application/json; PATCH takes application/merge-patch+json.";
    KeyReused "IDEMPOTENCY_KEY_REUSED" "idempotency-key-reused" 422 "Idempotency-Key 已用于不同的请求" "The Idempotency-Key was used for another request" "A key stands for one request. Draw a new one for another body.";
    PreconditionRequired "PRECONDITION_REQUIRED" "precondition-required" 428 "缺少 If-Match 请求头" "The If-Match header is missing" "Send If-Match with the ETag you last saw, so that nobody's change is overwritten unseen.";
    TooManyRequests "TOO_MANY_REQUESTS" "too-many-requests" 429 "请求过于频繁" "Too many requests" "Wait as long as Retry-After says.";
    Internal "INTERNAL" "internal" 500 "系统内部错误" "Something went wrong here" "The correlation id finds the cause in the log. Nothing was stored unless a later look shows it.";
    NotImplemented "NOT_IMPLEMENTED" "not-implemented" 501 "尚不支持该功能" "This feature is not built" "The value is valid but the feature it asks for does not exist yet.";
    Unavailable "UNAVAILABLE" "unavailable" 503 "系统繁忙，请稍后再试" "The service is busy" "Nothing was stored. Try again after the time in Retry-After.";
    OutcomeUnknown "OUTCOME_UNKNOWN" "outcome-unknown" 503 "结果未知" "The outcome is not known" "The answer of the database was lost. Send the same request with the same Idempotency-Key: it is done at most once.";
}

/// One fault among several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    pub code: String,
    pub message: Bilingual,
    /// JSON pointer into the body, or the name of a parameter or header.
    pub target: String,
    /// What was found, where it may be said back.
    pub value: Option<String>,
    pub allowed: Option<Bilingual>,
    /// Law and article, standard or city rule behind the fault.
    pub source: Option<String>,
}

/// A refusal on its way to the caller.
#[derive(Debug, Clone)]
pub struct Problem {
    pub code: Code,
    pub target: Option<String>,
    pub message: Option<Bilingual>,
    pub details: Vec<Detail>,
    pub retry_after: Option<u32>,
    /// Methods of the path, for a 405.
    pub allow: Vec<String>,
    /// For the log only; never sent.
    pub internal: Option<String>,
    /// How many tries in all the transaction it came from is worth: 1 unless another transaction was in the way.
    pub tries: u32,
}

impl Problem {
    pub fn new(code: Code) -> Self {
        Self {
            code,
            target: None,
            message: None,
            details: Vec::new(),
            retry_after: matches!(code, Code::RequestInProgress | Code::Unavailable | Code::OutcomeUnknown)
                .then_some(1),
            allow: Vec::new(),
            internal: None,
            tries: 1,
        }
    }

    #[must_use]
    pub fn at(mut self, target: impl Into<String>) -> Self {
        self.target = Some(target.into());
        self
    }

    #[must_use]
    pub fn saying(mut self, message: impl Into<Bilingual>) -> Self {
        self.message = Some(message.into());
        self
    }

    #[must_use]
    pub fn with_details(mut self, details: Vec<Detail>) -> Self {
        self.details = details;
        self
    }

    /// One bad value: where, what was found, what is allowed.
    pub fn invalid(target: &str, value: impl Into<String>, allowed: impl Into<Bilingual>) -> Self {
        let detail = Detail {
            code: Code::InvalidValue.as_str().to_owned(),
            message: Code::InvalidValue.title().into(),
            target: target.to_owned(),
            value: Some(value.into()),
            allowed: Some(allowed.into()),
            source: None,
        };
        Self::new(Code::InvalidValue).at(target).with_details(vec![detail])
    }

    pub fn not_found() -> Self {
        Self::new(Code::NotFound)
    }

    /// Something that cannot happen did: the text goes to the log, not to the caller.
    pub fn internal(cause: impl Into<String>) -> Self {
        Self { internal: Some(cause.into()), ..Self::new(Code::Internal) }
    }

    /// The body for one caller.
    pub fn body(&self, language: Language, correlation_id: &str) -> ProblemBody {
        let title = self.code.title().in_language(language).to_owned();
        let message =
            self.message.as_ref().map_or_else(|| title.clone(), |m| m.in_language(language).to_owned());
        ProblemBody {
            r#type: format!("/problems/{}", self.code.slug()),
            status: self.code.status(),
            detail: message.clone(),
            instance: format!("urn:correlation:{correlation_id}"),
            code: self.code.as_str().to_owned(),
            target: self.target.clone(),
            details: self.details.iter().map(|detail| DetailBody::new(detail, language)).collect(),
            correlation_id: correlation_id.to_owned(),
            title,
            message,
        }
    }
}

/// Problem details: RFC 9457 with ST.90's `code`, `message`, `target` and `details`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Address of the page that explains this code.
    #[schema(example = "/problems/invalid-value", max_length = 200)]
    r#type: String,
    #[schema(example = "A value is not acceptable", max_length = 400)]
    title: String,
    #[schema(example = 400, minimum = 400, maximum = 599)]
    status: u16,
    #[schema(max_length = 4000)]
    detail: String,
    #[schema(max_length = 200)]
    instance: String,
    /// Stable code of the refusal.
    #[schema(example = "INVALID_VALUE", max_length = 60)]
    code: String,
    #[schema(max_length = 4000)]
    message: String,
    /// JSON pointer, parameter or header at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/items/0/particulars/inventionTitle", max_length = 400)]
    target: Option<String>,
    /// Every fault, all at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 1000)]
    details: Vec<DetailBody>,
    /// Finds this request in the log.
    #[schema(max_length = 64)]
    correlation_id: String,
}

/// One fault of a problem.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProblemDetail)]
pub struct DetailBody {
    #[schema(example = "CHECK_DIGIT", max_length = 60)]
    code: String,
    #[schema(max_length = 4000)]
    message: String,
    #[schema(example = "/applicants/0/identifier/value", max_length = 400)]
    target: String,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000)]
    value: Option<String>,
    /// What is allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000)]
    allowed: Option<String>,
    /// Law and article, standard or city rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 400)]
    source: Option<String>,
}

impl DetailBody {
    fn new(detail: &Detail, language: Language) -> Self {
        Self {
            code: detail.code.clone(),
            message: detail.message.in_language(language).to_owned(),
            target: detail.target.clone(),
            value: detail.value.clone(),
            allowed: detail.allowed.as_ref().map(|allowed| allowed.in_language(language).to_owned()),
            source: detail.source.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_code_and_no_page_is_used_twice() {
        let codes: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        let slugs: HashSet<_> = Code::ALL.iter().map(|code| code.slug()).collect();
        assert_eq!((codes.len(), slugs.len()), (Code::ALL.len(), Code::ALL.len()));
    }

    #[test]
    fn what_goes_to_the_log_does_not_go_to_the_caller() {
        let problem = Problem::internal("select * from secrets");
        let body = serde_json::to_string(&problem.body(Language::English, "c0ffee")).unwrap();
        assert!(!body.contains("secrets") && body.contains("c0ffee"));
    }
}
