//! `onewindow`: see `onewindow --help`.

use clap::Parser;
use onewindow::cli::{self, Cli};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[actix_web::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    cli::log(&std::env::var("ONEWINDOW_LOG").unwrap_or_else(|_| "info".to_owned()));
    match cli.run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            eprintln!("onewindow: {words}");
            ExitCode::FAILURE
        }
    }
}
