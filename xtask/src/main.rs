//! The project's own commands, with the standard library alone: `cargo xtask run`, `test`, `fault`, `bench`, `fuzz`,
//! `openapi` and `package`.

mod announce;
mod arguments;
mod bench;
mod child;
mod cluster;
mod debian;
mod faketime;
mod fault;
mod fuzz;
mod json;
mod libtest;
mod licence;
mod lockfile;
mod logins;
mod node;
mod openapi;
mod package;
mod postgres;
mod run;
mod server;
mod spectral;
mod stages;
mod steps;
mod tally;
mod test;
mod tools;
mod version;
mod workspace;

use std::process::ExitCode;

use arguments::Invocation;
use workspace::Workspace;

fn main() -> ExitCode {
    let workspace = Workspace::of_this_package();
    let outcome = match arguments::parse(std::env::args().skip(1)) {
        Ok(Invocation::Help) => {
            println!("{}", arguments::HELP);
            Ok(ExitCode::SUCCESS)
        }
        Ok(Invocation::Run(options)) => run::run(&workspace, &options).map(|()| ExitCode::SUCCESS),
        Ok(Invocation::Test(options)) => Ok(test::run(&workspace, &options)),
        Ok(Invocation::Fault(words)) => fault::run(&workspace, &words)
            .map(|tally| if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }),
        Ok(Invocation::Bench(words)) => bench::run(&workspace, &words)
            .map(|held| if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }),
        Ok(Invocation::Fuzz(options)) => fuzz::run(&workspace, &options)
            .map(|clean| if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }),
        Ok(Invocation::OpenApi) => openapi::run(&workspace).map(|()| ExitCode::SUCCESS),
        Ok(Invocation::Package { debug }) => package::run(&workspace, debug).map(|()| ExitCode::SUCCESS),
        Ok(Invocation::Announce { port }) => announce::run(port).map(|()| ExitCode::SUCCESS),
        Err(message) => Err(format!("{message}\n\n{}", arguments::HELP)),
    };
    outcome.unwrap_or_else(|message| {
        eprintln!("{message}");
        ExitCode::FAILURE
    })
}
