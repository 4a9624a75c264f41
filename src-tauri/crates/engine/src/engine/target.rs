//! Where to connect and as whom, by the settings in force.

use std::path::PathBuf;

use vivavoce_live::access::{Access, BearerSource, GoogleCloud, TokenUrl};
use vivavoce_live::endpoint::{ApiVersion, Endpoint};
use vivavoce_live::model;
use vivavoce_live::network::{NetworkConfig, Proxy, ProxyUrl};
use vivavoce_live::target::Target;

use super::Actor;
use crate::conversation::endpoint;
use crate::event::Frontend;
use crate::problem::{Problem, ProblemCode};
use crate::settings::{AccessKind, Network, Service, Settings};

/// The setting for no proxy at all.
const DIRECT: &str = "direct";

impl<F: Frontend> Actor<F> {
    pub(super) fn target(&mut self) -> Result<Target, Box<Problem>> {
        let settings = self.conversation.settings();
        if settings.service == Service::Demo {
            let base = (self.demo)(settings.language.tag()).map_err(|detail| Box::new(Problem::demo(detail)))?;
            let endpoint = Endpoint::parse(&base).map_err(|error| Box::new(Problem::endpoint(&error, &base)))?;
            return Ok(Target::new(endpoint, Access::key("demo")));
        }
        let network = network(&settings.network)?;
        let mut endpoint = endpoint(settings)?;
        if model::needs_alpha(&settings.session_config(None)) {
            endpoint = endpoint.with_version(ApiVersion::V1Alpha);
        }
        let access = self.access(settings)?;
        Ok(Target { endpoint, access, network })
    }

    fn access(&self, settings: &Settings) -> Result<Access, Box<Problem>> {
        let key = self.keys.key.clone();
        let chosen = &settings.access;
        Ok(match chosen.kind {
            AccessKind::ApiKey => key.map_or(Access::None, Access::Key),
            AccessKind::MintedToken => {
                Access::Minted { key: key.ok_or_else(|| Box::new(Problem::of(ProblemCode::KeyMissing)))? }
            }
            AccessKind::TokenUrl => {
                let url = TokenUrl::parse(chosen.token_url.as_deref().unwrap_or_default());
                Access::TokenUrl(url.map_err(|error| no_token(error.to_string()))?)
            }
            AccessKind::GoogleCloud => {
                let Some(project) = chosen.project.as_deref() else {
                    return Err(no_token("no Google Cloud project is set".into()));
                };
                let bearer = match chosen.token_command.as_deref() {
                    Some(command) => BearerSource::Command(command.split_whitespace().map(str::to_owned).collect()),
                    None => BearerSource::ApplicationDefault,
                };
                Access::GoogleCloud(GoogleCloud { bearer, quota_project: Some(project.to_owned()) })
            }
        })
    }
}

pub(super) fn network(settings: &Network) -> Result<NetworkConfig, Box<Problem>> {
    let proxy = match settings.proxy.as_deref() {
        None => Proxy::System,
        Some(DIRECT) => Proxy::Direct,
        Some(url) => {
            let url = ProxyUrl::parse(url);
            Proxy::Url(
                url.map_err(|error| Box::new(Problem::of(ProblemCode::ProxyFailed).with_detail(error.to_string())))?,
            )
        }
    };
    Ok(NetworkConfig { proxy, extra_ca: settings.ca_file.as_ref().map(PathBuf::from) })
}

fn no_token(detail: String) -> Box<Problem> {
    Box::new(Problem::of(ProblemCode::TokenUnavailable).with_detail(detail))
}
