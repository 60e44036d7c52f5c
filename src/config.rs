//! Settings: defaults, then a TOML file, then `ONEWINDOW_…` variables, then flags.

use crate::access::Profile;
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `sqlite://PATH` or `postgres://…` (`ONEWINDOW_DATABASE`). Not shown by `Debug` of anything that logs.
    pub database: String,
    /// Folder for what is not in the database (`ONEWINDOW_DATA_DIR`).
    pub data_dir: PathBuf,
    /// The key that signs checkpoints (`ONEWINDOW_CHECKPOINT_KEY`); `checkpoint.key` in that folder when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint_key: Option<PathBuf>,
    /// Host and port (`ONEWINDOW_LISTEN`).
    pub listen: String,
    /// Host and port of the page of metrics (`ONEWINDOW_METRICS_LISTEN`); there is none when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_listen: Option<String>,
    /// `demo` or `production` (`ONEWINDOW_PROFILE`).
    pub profile: String,
    /// The origin at which people reach the service (`ONEWINDOW_ORIGIN`); `http://` and the address when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Requests a caller may make in a minute (`ONEWINDOW_REQUESTS_PER_MINUTE`).
    pub requests_per_minute: NonZeroU32,
    /// Requests that all callers at one address may make in a minute (`ONEWINDOW_ADDRESS_REQUESTS_PER_MINUTE`); 0 for
    /// no such limit, as behind a proxy.
    pub address_requests_per_minute: u32,
    /// Seconds for which a server that is to end still answers, by 503 (`ONEWINDOW_LINGER_SECONDS`); at most 16.
    pub linger_seconds: u8,
    /// What is logged (`ONEWINDOW_LOG`): `info`, `onewindow=debug` …
    pub log: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database: "sqlite://data/onewindow.sqlite".to_owned(),
            data_dir: PathBuf::from("data"),
            checkpoint_key: None,
            listen: "127.0.0.1:8080".to_owned(),
            metrics_listen: None,
            profile: "production".to_owned(),
            origin: None,
            requests_per_minute: NonZeroU32::new(600_000).unwrap_or(NonZeroU32::MIN),
            address_requests_per_minute: 12_000_000,
            linger_seconds: 3,
            log: "info".to_owned(),
        }
    }
}

/// Flags that stand above every other source; what was not given stays as it is.
#[derive(Debug, Default, Serialize)]
pub struct Flags {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_listen: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
}

impl Config {
    pub fn load(file: Option<&Path>, flags: &Flags) -> Result<Self, String> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            if !file.exists() {
                return Err(format!("the configuration file {} does not exist", file.display()));
            }
            figment = figment.merge(Toml::file(file));
        }
        figment
            .merge(Env::prefixed("ONEWINDOW_").ignore(&["config"]))
            .merge(Serialized::defaults(flags))
            .extract()
            .map_err(|error| format!("the configuration is not valid: {error}"))
    }

    pub fn profile(&self) -> Result<Profile, String> {
        match self.profile.as_str() {
            "demo" => Ok(Profile::Demo),
            "production" => Ok(Profile::Production),
            other => Err(format!("the profile is demo or production, not {other}")),
        }
    }

    /// The file with the key that signs checkpoints.
    pub fn checkpoint_key(&self) -> PathBuf {
        self.checkpoint_key.clone().unwrap_or_else(|| self.data_dir.join("checkpoint.key"))
    }

    /// The file that checkpoints are appended to.
    pub fn checkpoints(&self) -> PathBuf {
        self.data_dir.join("checkpoints").join("events.notes")
    }

    /// What a new log is called: where people reach the service, without the scheme.
    pub fn log_name(&self) -> String {
        let origin = self.origin();
        format!("{}/log", origin.split_once("://").map_or(origin.as_str(), |(_, place)| place))
    }

    /// The origin at which people reach the service.
    pub fn origin(&self) -> String {
        self.origin.clone().unwrap_or_else(|| format!("http://{}", self.listen))
    }
}
