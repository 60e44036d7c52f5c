//! Pages for people who program against the service: the contract, its viewer, and a page for every problem code. All
//! of it is served from here; nothing is fetched from elsewhere.

use crate::openapi::Contract;
use crate::problem::{Code, Problem};
use actix_web::http::header;
use actix_web::web::{Data, Path, ServiceConfig};
use actix_web::{HttpResponse, get};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// For the viewer and the pages: own scripts and styles only.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                           connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The viewer's page needs its folder's address.
#[get("/docs")]
async fn viewer_show() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

#[get("/openapi.json")]
async fn contract_show(contract: Data<Contract>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(contract.json)
}

/// What stands at the root until the portal does.
#[get("/")]
async fn index_show() -> HttpResponse {
    page(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>OneWindow 一窗通办</title>\
         <h1>OneWindow 一窗通办</h1><p>服务已启动。网页门户尚未包含在本版本中；接口文档见 <a href=\"/docs/\">/docs</a>。</p>\
         <p lang=\"en\">The service runs. Portal and console are not part of this version yet; the interface is described \
         at <a href=\"/docs/\">/docs</a>.</p></html>"
            .to_owned(),
    )
}

fn page(html: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .body(html)
}

#[get("/problems/{slug}")]
async fn problem_show(slug: Path<String>) -> Result<HttpResponse, Problem> {
    let code = Code::ALL.iter().find(|code| code.slug() == *slug).ok_or_else(Problem::not_found)?;
    let title = code.title();
    Ok(page(format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>{code}</title>\
         <h1>{code} · HTTP {status}</h1><p>{zh}</p><p lang=\"en\">{en}</p><p lang=\"en\">{advice}</p></html>",
        code = code.as_str(),
        status = code.status(),
        zh = title.zh,
        en = title.en,
        advice = code.advice(),
    )))
}

/// The policy of a page, by its path: the viewer needs its own scripts, everything else needs nothing.
pub fn policy(path: &str) -> Option<&'static str> {
    path.starts_with("/docs").then_some(PAGE_POLICY)
}

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(index_show)
        .service(viewer_show)
        .service(contract_show)
        .service(problem_show)
        .service(SwaggerUi::new("/docs/{_:.*}").config(Config::from("/openapi.json")));
}
